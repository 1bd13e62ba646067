"""Makes the tiny Mandarin model of `sandbox/model` from synthesised speech: `python -m sandbox.model_maker OUT`."""
