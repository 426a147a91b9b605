"""Which word of a passage fills a blank in it."""
