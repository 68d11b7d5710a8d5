"""The Spark session that judges: one for the process, or the one that is there already."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
from typing import TYPE_CHECKING

from servanda.judge.engines.duckdb import EngineError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What makes Spark count as the plan counts; set whatever else the session is for.
MEANING = {
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never a null
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.limit.initialNumPartitions": "1000000",  # small answers come in one task
}
QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
ADVICE = (
    "install pyspark and sqlglot (`pip install -r requirements-spark.lock`) and Java 17 or newer "
    "(`apt-get install openjdk-17-jre-headless`), or leave out `--engine spark`"
)


def session() -> SparkSession:
    """A separate session: its tables and settings are shared with no other.

    The cluster is the active session's, else the one that `spark-submit` or SERVANDA_SPARK_MASTER
    names, else this machine. Raises EngineError where Spark or Java is missing.
    """
    try:
        import sqlglot  # noqa: F401
        from pyspark import SparkConf
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError(f"the engine spark needs `{error.name}`", ADVICE) from error
    active = SparkSession.getActiveSession()
    if active is None:
        check_java()
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
        conf = SparkConf()
        for name, value in QUIET.items():
            conf.setIfMissing(name, value)
        conf.setIfMissing("spark.master", os.environ.get("SERVANDA_SPARK_MASTER", "local[*]"))
        conf.setIfMissing("spark.app.name", "servanda")
        try:
            active = SparkSession.builder.config(conf=conf).getOrCreate()
        except Exception as error:
            first = str(error).strip().splitlines() or [type(error).__name__]
            raise EngineError(f"Spark could not be started: {first[0]}", ADVICE) from error
        atexit.register(active.stop)  # else its workers are heard to die
    own = active.newSession()
    for name, value in MEANING.items():
        own.conf.set(name, value)
    return own


def check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java") or (home and shutil.which("java", path=f"{home}/bin"))
    if not found:
        raise EngineError("the engine spark needs Java, and there is none", ADVICE)
