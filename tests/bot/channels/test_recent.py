"""A channel's bounded memory."""

from bot.channels.recent import Recent


def test_the_oldest_is_let_go_for_a_new_one() -> None:
    memory = Recent[int](2)
    for number in range(4):
        memory[str(number)] = number
    assert memory == {"2": 2, "3": 3}
    memory["2"] = 5
    assert memory == {"2": 5, "3": 3}
    assert memory.pop("2") == 5
    memory["4"] = 4
    assert memory == {"3": 3, "4": 4}
