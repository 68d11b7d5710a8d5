"""The slow tests: `./run tests --fast` leaves them out."""

from __future__ import annotations

# Node ids that begin so are slow: together four fifths of the suite's time. Chosen from
# `./run tests --durations=100`; a test that takes more than about two seconds belongs here.
SLOW = (
    "tests/charts/test_timeline_bars.py::test_every_bar",
    "tests/explain/test_duty_labels.py::test_no_two",
    "tests/explain/test_duty_labels.py::test_no_variable",
    "tests/test_figures.py",
    "tests/test_api.py::test_typed_rows_are_the_rows_of_the_contract",
    "tests/test_api.py::test_verdicts_are_counted_written_and_streamed",
    "tests/test_python_page.py::test_every_example_prints_what_the_page_says",
    "tests/charts/test_charts.py::test_every_spec_is_vega_lite_and_every_svg_is_xml",
    "tests/explain/test_compare_flagship.py",
    "tests/explain/test_turns_on.py",
    "tests/export/test_span_entries.py",
    "tests/judge/test_judges_agree.py",
    "tests/judge/test_judging_again.py",
    "tests/judge/test_openings.py::test_the_judges_name_the_same_entries_in_every_case",
    "tests/language/test_checks.py::test_nothing_is_raised_whatever_the_agreement_says",
    "tests/language/test_errors.py::test_a_spoilt_cache_is_made_anew",
    "tests/language/test_format.py::test_a_long_rule_keeps_its_meaning_over_many_lines",
    "tests/language/test_format.py::test_a_shown_",
    "tests/record/test_record_causality.py",
    "tests/report/test_report_browser.py",
    "tests/spark/test_spark_engine.py",
    "tests/test_bad_input.py::test_any_table_is_read_or_refused",
    "tests/test_bench.py",
    "tests/test_judge_verb.py::test_several_accounts_share_a_table",
    "tests/test_judge_verb.py::test_the_table_says_what_the_timeline_says",
    "tests/test_pages.py::test_expectation[jcpoa-",
    "tests/watch/test_kill.py",
    "tests/watch/test_live.py",
    "tests/watch/test_watch.py::test_a_bad_line_is_set_aside_and_the_rest_goes_on",
    "tests/watch/test_watch.py::test_any_order_and_any_batches_end_as_from_scratch",
    "tests/watch/test_watch_verb.py",
    "tests/web/test_browser.py",
    "tests/web/test_drafts_page.py",
    "tests/web/test_hostile.py",
    "tests/web/test_view.py",
)
