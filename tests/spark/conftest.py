"""One small cluster for all tests on Spark: two worker processes, and settings for tiny tables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

HOW = (
    "no Spark here: `apt-get install openjdk-17-jre-headless`, then `SERVANDA_SPARK=required "
    "./run tests` (which makes this a failure) or `./run spark-tests`"
)
LIGHT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
TINY = {
    "spark.master": os.environ.get("SERVANDA_SPARK_MASTER", "local-cluster[2,1,1024]"),
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": LIGHT,
    "spark.executor.extraJavaOptions": LIGHT,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """A Spark session that `--engine spark` finds and uses."""
    if not (find_spec("pyspark") and find_spec("sqlglot") and shutil.which("java")):
        (pytest.fail if os.environ.get("SERVANDA_SPARK") else pytest.skip)(HOW)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("servanda tests")
    for name, value in TINY.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield
    session.stop()
