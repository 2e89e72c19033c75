"""Personal attention (start note 2, 3.1): talks that consultants note, how it goes, how meetings were."""
