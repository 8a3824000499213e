"""Errors in the user's language. They are raised in English, in four parts; each part is a phrase.

`{}` in a phrase stands for what differs from case to case and is kept, or is a phrase itself. One
that is not listed is said in English. The table knows what the command can meet: the phrases of
reading, training, predicting, files and arguments.
"""

from __future__ import annotations

import re
from functools import cache

from pellucid import settings
from pellucid.errors import PellucidError

_LONGEST_PART = 300

# English: Chinese. Of several that fit the longest counts.
PHRASES: dict[str, str] = {
    # Where
    "{}, column '{}'": "{}，列“{}”",
    "{}, line {}": "{}，第 {} 行",
    "{}, training rows": "{}，训练行",
    "{}, held-out rows": "{}，留出行",
    "training rows": "训练行",
    "positive": "阳性类别",
    "threshold": "阈值",
    "environment variable {}": "环境变量 {}",
    "train_test_split.groups": "分组",
    # Tables
    "a CSV file": "一个 CSV 文件",
    "a pipe or a device": "管道或设备",
    "no such file": "没有这个文件",
    "a file": "一个文件",
    "a folder": "一个文件夹",
    "a readable file": "可读的文件",
    "Permission denied": "没有权限",
    "a table": "一张表格",
    "a header and rows": "列名行和数据行",
    "an empty file": "空文件",
    "blank lines only": "只有空行",
    "rows below the header": "列名行下面的数据行",
    "none": "没有",
    "binary data": "二进制数据",
    "text in {}": "{} 编码的文本",
    "bytes that are none": "不属于它的字节",
    "the name of a text encoding": "文本编码的名称",
    "the byte {}": "字节 {}",
    "a whole archive": "完整的压缩文件",
    "an archive packed in an unknown way": "用未知方式压缩的文件",
    "an archive with a password": "有密码的压缩文件",
    "an archive in an archive in an archive": "多层嵌套的压缩文件",
    "an archive of {} files": "含有 {} 个文件的压缩文件",
    "an archive of one table": "只含一张表格的压缩文件",
    "an archive that unpacks to at most {} times its size": "解压后不超过自身 {} 倍的压缩文件",
    "a file '{}' in the archive": "压缩文件中的文件“{}”",
    "Choose one by the option 'table'.": "请用选项 table 选择其中一个。",
    "a database of one table": "只含一张表的数据库",
    "a table '{}'": "名为“{}”的表",
    "a table with rows": "有数据行的表格",
    "a whole SQLite file and a query it can answer": "完整的 SQLite 文件和可执行的查询",
    "a part": "不完整的文件",
    "a whole Arrow file": "完整的 Arrow 文件",
    "a Feather file of the first version": "第一版 Feather 文件",
    "a whole spreadsheet": "完整的电子表格",
    "one that is damaged or of another kind": "损坏或类型不符的文件",
    "a spreadsheet with a password": "有密码的电子表格",
    "a sheet with cells": "有内容的工作表",
    "empty sheets only": "只有空工作表",
    "a sheet '{}'": "名为“{}”的工作表",
    "a list of objects": "对象列表",
    "a list of objects, or one a line": "对象列表，或每行一个对象",
    "broken JSON": "损坏的 JSON",
    "other JSON": "其他 JSON",
    "objects of plain values": "由简单值组成的对象",
    "deep ones": "嵌套过深的对象",
    "@attribute with a name and a plain type": "带有名称和简单类型的 @attribute",
    "numbers or text": "数字或文本",
    "Name the columns to read in a query.": "请用查询指定要读取的列。",
    "{} different names": "{} 个不同的名称",
    "one query that selects": "一条 SELECT 查询",
    "a query that selects": "一条 SELECT 查询",
    "a query that selects rows": "能选出数据行的查询",
    "a query or a table": "查询或表二选一",
    "both": "两者都有",
    "a file of {}": "{} 类文件",
    "'.' or ','": "“.” 或 “,”",
    "True, False or None": "True、False 或 None",
    "1 or more": "1 或更大的数",
    "a path or a data frame": "文件路径或数据框",
    "a data frame": "数据框",
    "Read it in parts: read_batches.": "请分批读取：read_batches。",
    "columns of one length": "长度相同的列",
    "one axis (N,)": "一维 (N,)",
    "numbers only, or text only": "全为数字或全为文本",
    "a mixture": "两者混合",
    "shape {}": "形状 {}",
    "an office document without sheets": "没有工作表的文档",
    "an empty zip archive": "空的 zip 文件",
    "a picture": "图片",
    "a program": "程序",
    "a PDF file": "PDF 文件",
    "a RAR archive": "RAR 文件",
    "a 7z archive": "7z 文件",
    "a zstd archive": "zstd 文件",
    "an HDF5 file": "HDF5 文件",
    "an Avro file": "Avro 文件",
    "an ORC file": "ORC 文件",
    "an SPSS file": "SPSS 文件",
    "a Stata file": "Stata 文件",
    "a Python pickle": "Python pickle 文件",
    "HTML or XML": "HTML 或 XML",
    "one character": "一个字符",
    "at most {} columns": "最多 {} 列",
    "one that is damaged or cut short": "损坏或不完整的文件",
    'cells that begin and end with a quote ", or hold none': '单元格两端都有引号 "，或没有引号',
    "a quote without its counterpart": "不成对的引号",
    'Write a quote inside a quoted cell twice: "".': '单元格内的引号请写两遍：""。',
    "lines of fewer than {} characters": "每行少于 {} 个字符",
    "a longer one": "更长的行",
    "at most {} cells": "最多 {} 个单元格",
    "more": "更多",
    "{} cells, as in the first row": "{} 个单元格，与首行相同",
    "Put cells that contain the delimiter in quotes.": "含有分隔符的单元格请加引号。",
    "a header row with the names of the columns": "写有列名的首行",
    "one row of names above the values": "数据上方只有一行列名",
    "more rows of words above columns of numbers": "数值列上方有多行文字",
    "Join names and units into one row.": "请将列名与单位合并为一行。",
    "The first row was read as data, not as names.": "首行被当作数据，而不是列名。",
    "a row of mostly empty cells": "多为空单元格的一行",
    "Remove titles and notes above the table.": "请删去表格上方的标题和说明。",
    "Save the table as CSV UTF-8.": "请将表格另存为 CSV UTF-8。",
    "a different name for each column": "各列名称不同",
    "'{}' {} times": "“{}”出现 {} 次",
    "a column '{}'": "列“{}”",
    "Did you mean '{}'?": "是否指“{}”？",
    "a number": "数字",
    "{} in row {}": "第 {1} 行为 {0}",
    "{} rows": "{} 行",
    "another number": "数目不符",
    # Targets and columns
    "{} rows with a value or more": "至少 {} 行有目标值的数据",
    "a target of two values or more": "目标列至少有两种取值",
    "only {}": "只有 {}",
    "a target of at most {} classes, or numbers": "目标列最多 {} 个类别，或为数值",
    "{} different values in {} rows": "{1} 行中有 {0} 种取值",
    "{} rows of each class or more": "每个类别至少 {} 行",
    "{} of class {}": "类别 {1} 只有 {0} 行",
    "Merge or leave out rare classes.": "请合并或去掉罕见类别。",
    "a target of two classes": "两个类别的目标列",
    "a numeric target": "数值目标列",
    "{} classes": "{} 个类别",
    "a value in every row": "每行都有值",
    "a group in every row": "每行都有分组",
    "{} missing": "缺失 {} 个",
    "cases of every class": "每个类别都有病例",
    "none of class {}": "没有类别 {}",
    "Hold out more rows, or use smaller groups.": "请留出更多行，或用更小的分组。",
    "{} groups or more": "至少 {} 组",
    "{} groups": "{} 组",
    "each class in {} rows and {} groups or more": "每个类别至少出现在 {} 行、{} 组中",
    "fewer": "更少",
    "at least one column to learn from": "至少有一列可用于学习",
    "no column": "没有列",
    "the columns of the training table; {} missing": "与训练表格相同的列；缺少 {}",
    "Is '{}' meant to be '{}'?": "“{}”是否应为“{}”？",
    "one of {}": "其中之一：{}",
    # Files
    "a folder to write to": "可写入的文件夹",
    "a file to write to": "可写入的文件",
    "a place that can be written to": "可写入的位置",
    "{}, which cannot": "{}，不可写入",
    "none at this path": "该路径下没有文件",
    "a model file, or a folder with {}": "模型文件，或含有 {} 的文件夹",
    "neither": "两者都不是",
    "a whole model file of ours": "完整的 Pellucid 模型文件",
    "Error while deserializing header: {}": "文件头无法解析（{}）",
    "a header of {} bytes in a file of {}": "文件头称有 {} 字节，而文件只有 {} 字节",
    "a header of {} MB": "{} MB 的文件头",
    "a network that answers the task": "能够完成该任务的网络",
    "another one": "另一种网络",
    "JSON nested up to {} levels": "嵌套不超过 {} 层的 JSON",
    "a description up to 32 MB": "不超过 32 MB 的描述",
    "format {} up to version {}": "{} 格式，版本不高于 {}",
    "version {}": "版本 {}",
    "It was written by pellucid {}; upgrade to it": "该文件由 pellucid {} 写出；请升级到该版本",
    "Load another copy, or write the file again": "请换一份文件，或重新生成",
    "a file in our format {}": "{} 格式的文件",
    "a safetensors file from elsewhere": "其他来源的 safetensors 文件",
    "a model that can be built": "能够重建的模型",
    "a model made from a table": "由表格训练的模型",
    "a network without columns": "不含列信息的网络",
    "Use pellucid.load_model for it.": "请用 pellucid.load_model 读取。",
    "a whole description of the columns": "完整的列信息",
    "as many columns as the network takes": "列数与网络一致",
    "what was written": "与写入时相同的内容",
    "other": "不同的内容",
    "others": "不同的内容",
    "the arrays it lists": "所列的数组",
    "format {}": "{} 格式",
    "it to be installed": "先安装它",
    "Run: {}": "请运行：{}",
    "a whole record of its training": "完整的训练记录",
    "a model with its study": "带有研究记录的模型",
    "one that was written without": "写出时没有记录的模型",
    "Train it again with this version.": "请用当前版本重新训练。",
    # What the user decides, and rows that decided something
    "rows that chose nothing about the model": "未参与过模型选择的行",
    "{} of {} rows that chose its {}": "{1} 行中有 {0} 行参与过其 {2} 的选择",
    "Test on other rows, or leave these out.": "请用其他行检验，或去掉这些行。",
    "rows to learn and to test": "既有可学习的行，也有可检验的行",
    "{} in every row": "每行都有{}",
    "a time in every row": "每行都有时间",
    "a weight": "权重",
    "a group": "分组",
    "numbers, as was said": "数值（如所指定）",
    "If it means that the value is missing, say so with missing.": (
        "若它表示缺失，请用 --missing 指明。"
    ),
    "values among {}, the order that was given": "所给顺序 {} 中的值",
    "an order for its values, which have none that is generally known": (
        "各取值的顺序（没有公认的顺序）"
    ),
    "Say it, least first: --order {}={}": "请由低到高给出：--order {}={}",
    "a date written {}, as in training": "写法为 {} 的日期，与训练时相同",
    "two different values or more, each once": "至少两个不同的值，各出现一次",
    "use or leave out": "使用或排除",
    "kind of column '{}'": "列“{}”的类型",
    "order of column '{}'": "列“{}”的顺序",
    "column '{}'": "列“{}”",
    "a section": "一个小节",
    "a larger one": "更大的文件",
    "a file to read": "可读取的文件",
    "a TOML file": "TOML 文件",
    "a list of values": "值的列表",
    "a place to write to": "可写入的位置",
    "each column once": "每列只出现一次",
    "one column of numbers": "一列数值",
    "two values, as one of several targets": "两种取值（作为多个目标之一）",
    "{} values": "{} 种取值",
    "{} values: {}": "{} 种取值：{}",
    "class {} in {}": "类别 {} 出现在 {} 中",
    "invalid JSON in header: {}": "文件头中的 JSON 无效（{}）",
    "metadata incomplete buffer": "数据不完整",
    "incomplete metadata, file not fully covered": "文件长度与其目录不符",
    # Arguments
    "coverage": "覆盖率",
    "recipe": "方法",
    "Train with --coverage for another one.": "需要其他覆盖率时，请用 --coverage 重新训练。",
    "a number in [0, 1)": "大于等于 0、小于 1 的数",
    "argument {}: {}": "参数 {}：{}",
    "expected {}; received {}": "需要 {}；得到：{}",
    "expected one argument": "需要一个值",
    "a whole number from {} to {}": "{} 到 {} 的整数",
    "a number from {} to {}": "{} 到 {} 的数",
    "a number in (0, 1)": "0 与 1 之间的数",
    "invalid choice: {} (choose from {})": "不能是 {}（可选 {}）",
    "{} or {}": "{} 或 {}",
    "the following arguments are required: {}": "缺少必需的参数：{}",
    "unrecognized arguments: {}": "不认识的参数：{}",
}


def explained(error: PellucidError) -> str:
    """What an error says, in the language of the setting `language`.

    >>> from pellucid.errors import DataError
    >>> with settings.using(language="zh"):
    ...     explained(DataError("a.csv", expected="a CSV file", received="no such file"))
    'a.csv：需要一个 CSV 文件；得到：没有这个文件'
    """
    if settings.get("language") != "zh":
        return str(error)
    where, expected, received, hint = (
        None if part is None else _phrase(part)
        for part in (error.where, error.expected, error.received, error.hint)
    )
    facts = [f"需要{_apart(expected)}"] if expected is not None else []
    facts += [f"得到：{received}"] if received is not None else []
    message = f"{where}：{'；'.join(facts)}" if facts else str(where)
    return f"{message}。{hint}" if hint else message


def translated(message: str) -> str:
    """A phrase in the language of the setting `language`.

    >>> with settings.using(language="zh"):
    ...     translated("unrecognized arguments: --colour")
    '不认识的参数：--colour'
    """
    return _phrase(message) if settings.get("language") == "zh" else message


def _phrase(part: object) -> str:
    text = " ".join((part if isinstance(part, str) else repr(part)).split())
    for pattern, chinese in _patterns():
        if match := pattern.fullmatch(text):
            return chinese.format(*(_phrase(group) for group in match.groups()))
    return text if len(text) <= _LONGEST_PART else f"{text[: _LONGEST_PART - 1]}…"


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.escape(english).replace(r"\{\}", "(.+?)")), chinese)
        for english, chinese in sorted(PHRASES.items(), key=lambda pair: -len(pair[0]))
    ]


def _apart(text: str) -> str:
    """With a space in front of Latin letters and digits, as Chinese is set."""
    return f" {text}" if text[:1].isascii() else text
