"""The collector is told to look less often, and afterwards looks as before."""

import gc

from bot.configuration.garbage import settled


def test_a_work_leaves_the_collector_as_it_was() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with settled():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > frozen
    assert gc.get_threshold() == before
    assert frozen or not gc.get_freeze_count()
