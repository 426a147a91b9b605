"""The floor of the networks: described as data, trained with Keras, run without it."""
