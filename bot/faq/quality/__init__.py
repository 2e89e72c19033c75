"""How good the FAQ is: checking its texts, evaluating and training its finder."""
