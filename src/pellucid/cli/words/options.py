"""Help pages and options."""

from __future__ import annotations

# Key: (English, Chinese).
OPTIONS: dict[str, tuple[str, str]] = {
    "help.usage": ("usage:", "用法："),
    "help.command": ("COMMAND", "命令"),
    "help.more": ("[options]", "[选项]"),
    "help.commands": ("Commands", "命令"),
    "help.arguments": ("Arguments", "参数"),
    "help.options": ("Options", "选项"),
    "help.help": ("show this page", "显示本页"),
    "help.version": ("print the version", "显示版本"),
    "help.lang": ("language of the messages: en or zh", "信息的语言：en 或 zh"),
    "help.debug": (
        "on an error, show where in the program it arose",
        "出错时显示程序中的位置",
    ),
    "help.json": ("print the result as JSON", "以 JSON 输出结果"),
    "help.all": (
        "show every option, by section",
        "按类别显示全部选项",
    ),
    "help.reading": ("How the file is read", "如何读取文件"),
    "help.columns": ("What the columns are", "各列是什么"),
    "help.checking": ("How the model is checked", "如何检验模型"),
    "help.learning": ("How it learns", "如何学习"),
    "help.output": ("What is written", "写出什么"),
    "help.about": (
        "Neural networks you can see through: from a table to a trained, checked predictor.",
        "看得透的神经网络：从一张表格到经过训练和检验的预测模型。",
    ),
    "help.examples": (
        "Examples\n"
        "  pellucid demo tumour\n"
        "  pellucid train patients.csv --target outcome\n"
        "  pellucid predict patients-model new.csv --out predictions.csv",
        "示例\n"
        "  pellucid demo tumour\n"
        "  pellucid train patients.csv --target outcome\n"
        "  pellucid predict patients-model new.csv --out predictions.csv",
    ),
    "help.one": ("pellucid COMMAND --help says more.", "详情见 pellucid 命令 --help。"),
    "command.train": (
        "train a network on a table and say how good it is",
        "用表格训练网络并评估其好坏",
    ),
    "command.predict": ("predict the rows of a new table", "预测新表格中的每一行"),
    "command.evaluate": (
        "measure a model on new labelled rows, and how they differ from training",
        "用带标签的新数据检验模型，并与训练数据比较",
    ),
    "command.report": (
        "write the report of a model as one HTML file",
        "把模型的报告写成一个 HTML 文件",
    ),
    "command.inspect": (
        "show what a model is: columns, task, figures, size",
        "查看模型：各列、任务、指标、大小",
    ),
    "command.provenance": (
        "show which rows decided what, and which decided nothing",
        "查看哪些行参与了什么选择，哪些未参与",
    ),
    "command.source": ("print a model as a NumPy program", "把模型打印成 NumPy 程序"),
    "command.demo": ("see it work on a real table", "用真实数据演示全过程"),
    "train.about": (
        "Train a network on a table and measure it on rows held out, beside logistic "
        "regression. Column types are found out; empty cells and ? count as missing.",
        "用表格训练网络，在留出的行上检验，并与逻辑回归对比。自动识别各列类型；空格和 ? 视为缺失。",
    ),
    "train.by": (
        "also measure each value of a column, e.g. sex",
        "另按该列各取值分别检验，如 sex",
    ),
    "train.budget": (
        "search for better settings for so long",
        "用这么多秒寻找更好的设置",
    ),
    "train.kind": (
        "what a column is: numeric, categorical, boolean, ordinal, date, identifier or text",
        "某列的类型：numeric 数值、categorical 类别、boolean 是否、ordinal 等级、date 日期、"
        "identifier 标识符或 text 文本",
    ),
    "train.order": ("the values of a column from least to most", "某列的取值，由低到高"),
    "train.use": ("learn from a column that would be left out", "使用本会被排除的列"),
    "train.config": (
        "decisions about columns in a TOML file, such as schema.toml",
        "写有各列决定的 TOML 文件，如 schema.toml",
    ),
    "train.cv": (
        "measure every row once, by K models that had not seen it",
        "K 折交叉验证：每一行都由未见过它的模型检验",
    ),
    "train.time_column": (
        "hold out the latest rows by this column",
        "按该列留出时间最晚的行",
    ),
    "train.external": (
        "a table from elsewhere to measure on; may be repeated",
        "来自别处、用于外部检验的表格；可重复",
    ),
    "train.learning_curve": (
        "measure the networks on growing parts of the rows, too",
        "另用逐渐增多的行检验网络（学习曲线）",
    ),
    "train.prevalence": (
        "share of positives where the model will be used",
        "模型使用场合中阳性的比例",
    ),
    "train.coverage": (
        "share of cases that sets or intervals hold (0.9)",
        "预测集或预测区间应包含真值的比例（默认 0.9）",
    ),
    "train.recipe": (
        "how networks learn: auto, realmlp, plain, tabm (auto)",
        "训练方法：auto、realmlp、plain、tabm（默认 auto）",
    ),
    "train.abstain": (
        "rows left to a person: set (not one class in the set), none, or within so much of the "
        "threshold (set)",
        "交由人判断的行：set（预测集不是恰好一类）、none，或距阈值不足该值的行（默认 set）",
    ),
    "train.folds": ("inner folds, a network for each", "内部折数，每折一个网络"),
    "train.calibration": (
        "auto, none, temperature, affine, isotonic (auto)",
        "概率校准：auto、none、temperature、affine、isotonic（默认 auto）",
    ),
    "train.class_weight": (
        "balanced, or weights: yes=3,no=1",
        "类别权重：balanced，或 yes=3,no=1 这样的权重",
    ),
    "train.sample_weight": ("a column that weighs the rows", "给出各行权重的列"),
    "train.no_report": ("write no report.html", "不写 report.html"),
    "train.language": (
        "language of the report (as --lang)",
        "报告的语言（默认同 --lang）",
    ),
    "read.header": ("the first row holds the names", "首行是列名"),
    "read.no_header": (
        "there are no names: call them column_1 …",
        "没有列名：以 column_1 等命名",
    ),
    "read.sheet": ("the sheet of a workbook", "工作簿中的工作表"),
    "read.table": (
        "the table of a database, or file of an archive",
        "数据库中的表，或压缩包中的文件",
    ),
    "read.query": ("a query in SQL; the table is called data", "SQL 查询语句；表名为 data"),
    "read.encoding": ("the encoding of the text, such as gb18030", "文本编码，如 gb18030"),
    "read.delimiter": (
        "what stands between cells: , ; | tab space",
        "单元格之间的分隔符：, ; | tab space",
    ),
    "read.decimal": ("the decimal sign of all numbers: . or ,", "所有数的小数点：. 或 ,"),
    "read.missing": (
        "marks that mean missing: NA,-9 or COL=unknown; may be repeated",
        "表示缺失的标记：NA,-9 或 列=标记；可重复",
    ),
    "train.file": (
        "the table: CSV, Excel, Parquet, JSON lines, SQLite …",
        "表格：CSV、Excel、Parquet、JSON 行、SQLite 等",
    ),
    "train.target": (
        "the column to predict; several labels: repeat it",
        "要预测的列；多标签时可重复",
    ),
    "train.out": (
        "folder for model and report (FILE's name + -model)",
        "存放模型和报告的文件夹（默认为文件名加 -model）",
    ),
    "train.test": ("share of the rows held out (0.2)", "留出行的比例（默认 0.2）"),
    "train.group": (
        "keep rows with one value together, e.g. a patient's",
        "该列取值相同的行（如同一患者）不拆开",
    ),
    "train.leave": (
        "a column not to learn from; may be repeated",
        "不用于学习的列；可重复",
    ),
    "train.positive": ("the class looked for, of two", "两类中的阳性类别"),
    "train.threshold": (
        "predict it from this probability on (0.5); balanced",
        "从此概率起判为阳性（默认 0.5）；或 balanced",
    ),
    "train.task": (
        "'classes' or 'number', if guessed wrong",
        "猜错时指定：classes（类别）或 number（数值）",
    ),
    "train.epochs": ("the most epochs, below the recipe's own", "最多训练轮数，少于方案自己的轮数"),
    "train.seed": ("start of all random numbers (0)", "随机种子（默认 0）"),
    "predict.about": (
        "Predict the rows of a table. Columns are found by name; those that the model does not "
        "use are copied to the output, so that rows can be told apart.",
        "预测表格中的每一行。按列名匹配；模型不用的列会写入输出，便于辨认各行。",
    ),
    "predict.model": (
        "a model file, or the folder that train wrote",
        "模型文件，或 train 写出的文件夹",
    ),
    "predict.file": ("the table of new cases", "新病例的表格"),
    "predict.out": (
        "CSV file to write (printed without it)",
        "输出的 CSV 文件（不给则打印）",
    ),
    "predict.coverage": (
        "share of cases that sets or intervals hold",
        "预测集或预测区间应包含真值的比例",
    ),
    "predict.only": (
        "columns to copy, with commas between (all unused ones)",
        "写入输出的列，以逗号分隔（默认为模型不用的列）",
    ),
    "evaluate.about": (
        "Measure a model on labelled rows that had no part in it: every figure with its 95 % "
        "interval, and how far the rows differ from those it learned from.",
        "用未参与训练的带标签数据检验模型：所有指标及其 95% 置信区间，"
        "以及这些数据与训练数据的差异。",
    ),
    "evaluate.file": ("the labelled rows", "带标签的数据"),
    "evaluate.out": ("also write the figures as JSON", "另把结果写成 JSON 文件"),
    "evaluate.group": ("rows of one value belong together", "该列取值相同的行属于一组"),
    "evaluate.threshold": (
        "a threshold to look at (the model's)",
        "要考察的阈值（默认为模型的阈值）",
    ),
    "report.about": (
        "Write the report of a model: one HTML file that needs no network.",
        "写出模型的报告：一个无需联网的 HTML 文件。",
    ),
    "report.out": (
        "HTML file to write (report.html beside MODEL)",
        "输出文件（默认为模型旁的 report.html）",
    ),
    "inspect.about": (
        "Show what a model file holds: columns and their values, task, figures, size, versions.",
        "查看模型文件的内容：各列及取值、任务、指标、大小和版本。",
    ),
    "provenance.about": (
        "Show which rows of the table decided what: weights, epochs, blend, calibration, "
        "threshold; and which rows decided nothing and may be measured on.",
        "查看表格中哪些行决定了什么（权重、轮数、组合、校准、阈值），哪些行未参与、可用于检验。",
    ),
    "source.about": (
        "Print the prediction of a model as a NumPy program: from raw columns to answers.",
        "把模型的预测过程打印成 NumPy 程序：从原始列到答案。",
    ),
    "demo.about": (
        "Train on the Wisconsin breast-tumour table that comes with Pellucid, check the network "
        "on patients it never saw, save it, predict new cases, and look inside.",
        "用自带的威斯康星乳腺肿瘤表训练，在从未见过的患者上检验，保存，预测新病例，再看看内部。",
    ),
    "demo.name": ("what to show: tumour", "演示内容：tumour（肿瘤）"),
    "demo.out": (
        "folder for the model (tumour-demo)",
        "存放模型的文件夹（默认 tumour-demo）",
    ),
}
