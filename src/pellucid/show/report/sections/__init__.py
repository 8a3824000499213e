"""The sections of the report, each made from a part of the study; absent parts make none."""
