"""What those concerned are told of an action: the words, and the answers that can be pressed. Changes nothing."""
