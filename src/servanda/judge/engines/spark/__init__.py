"""The plan on Spark: the same statements, translated, over tables that a cluster holds."""
