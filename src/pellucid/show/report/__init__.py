"""The report of a study: one HTML file, in English or Chinese, made from the study alone."""

from pellucid.show.report.page import render_report, write_report

__all__ = ["render_report", "write_report"]
