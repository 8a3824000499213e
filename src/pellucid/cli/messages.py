"""Everything the command says, in English and Chinese, side by side."""

from __future__ import annotations

from typing import Any

from pellucid import settings

LANGUAGES = ("en", "zh")

# Key: (English, Chinese). Both take the same values in braces; a test sees to it.
MESSAGES: dict[str, tuple[str, str]] = {
    # Help
    "help.usage": ("usage:", "用法："),
    "help.command": ("COMMAND", "命令"),
    "help.more": ("[options]", "[选项]"),
    "help.commands": ("Commands", "命令"),
    "help.arguments": ("Arguments", "参数"),
    "help.options": ("Options", "选项"),
    "help.help": ("show this page", "显示本页"),
    "help.version": ("print the version", "显示版本"),
    "help.lang": ("language of the messages: en or zh", "信息的语言：en 或 zh"),
    "help.debug": ("on an error, show where in the program it arose", "出错时显示程序中的位置"),
    "help.json": ("print the result as JSON", "以 JSON 输出结果"),
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
    "command.source": ("print a model as a NumPy program", "把模型打印成 NumPy 程序"),
    "command.demo": ("see it work on a real table", "用真实数据演示全过程"),
    # Arguments of train
    "train.about": (
        "Train a network on a table and measure it on rows held out, beside logistic "
        "regression. Column types are found out; empty cells and ? count as missing.",
        "用表格训练网络，在留出的行上检验，并与逻辑回归对比。自动识别各列类型；空格和 ? 视为缺失。",
    ),
    "train.file": (
        "the table: a CSV file with names in its first row",
        "表格：首行为列名的 CSV 文件",
    ),
    "train.target": ("the column to predict", "要预测的列"),
    "train.out": (
        "folder for model and figures (FILE's name + -model)",
        "存放模型和结果的文件夹（默认为文件名加 -model）",
    ),
    "train.test": ("share of the rows held out (0.2)", "留出行的比例（默认 0.2）"),
    "train.group": (
        "keep rows with one value together, e.g. a patient's",
        "该列取值相同的行（如同一患者）不拆开",
    ),
    "train.leave": ("a column not to learn from; may be repeated", "不用于学习的列；可重复"),
    "train.positive": ("the class looked for, of two", "两类中的阳性类别"),
    "train.threshold": (
        "predict it from this probability on (0.5); balanced",
        "从此概率起判为阳性（默认 0.5）；或 balanced",
    ),
    "train.task": (
        "'classes' or 'number', if guessed wrong",
        "猜错时指定：classes（类别）或 number（数值）",
    ),
    "train.epochs": ("the most epochs of training (300)", "最多训练轮数（默认 300）"),
    "train.seed": ("start of all random numbers (0)", "随机种子（默认 0）"),
    # Arguments of the others
    "predict.about": (
        "Predict the rows of a table. Columns are found by name; those that the model does not "
        "use are copied to the output, so that rows can be told apart.",
        "预测表格中的每一行。按列名匹配；模型不用的列会写入输出，便于辨认各行。",
    ),
    "predict.model": (
        "a model file, or the folder that train wrote",
        "模型文件，或 train 写出的文件夹",
    ),
    "predict.file": ("the new cases: a CSV file", "新病例：CSV 文件"),
    "predict.out": ("CSV file to write (printed without it)", "输出的 CSV 文件（不给则打印）"),
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
    "demo.out": ("folder for the model (tumour-demo)", "存放模型的文件夹（默认 tumour-demo）"),
    # Train: what it prints
    "data.title": ("The table {file}", "表格 {file}"),
    "data.rows": ("rows", "行数"),
    "data.dropped": (
        "{n}; {dropped} more without a value of '{target}' dropped",
        "{n}；另有 {dropped} 行缺少“{target}”，已去除",
    ),
    "data.target": ("target", "目标"),
    "data.classes": ("'{target}': {classes}", "“{target}”：{classes}"),
    "data.positive": (
        "'{target}': {classes}; positive: {positive}",
        "“{target}”：{classes}；阳性为 {positive}",
    ),
    "data.number": (
        "'{target}': a number from {low} to {high}",
        "“{target}”：{low} 到 {high} 的数值",
    ),
    "data.columns": ("columns used", "使用的列"),
    "data.numbers": ("{n} numeric", "{n} 个数值列"),
    "data.booleans": ("{n} yes or no", "{n} 个是否列"),
    "data.categories": ("{n} categorical", "{n} 个类别列"),
    "kind.identifier": ("identifier", "标识符"),
    "kind.text": ("free text", "自由文本"),
    "kind.constant": ("constant", "常量"),
    "data.missing": ("missing", "缺失值"),
    "data.filled": (
        "{n} cells, in {columns} of {total}",
        "{n} 个单元格，涉及 {total} 列中的 {columns} 列",
    ),
    "data.left": ("left out", "未使用"),
    "data.held": ("held out", "留出检验"),
    "data.held_out": (
        "{n} rows ({share}) that decide nothing",
        "{n} 行（{share}），不参与任何选择",
    ),
    "data.grouped": (
        "{n} rows ({share}) that decide nothing; rows of one '{group}' stay together",
        "{n} 行（{share}），不参与任何选择；同一“{group}”的行不拆开",
    ),
    "data.repeats": (
        "'{column}' repeats: {n} values in {rows} rows. If they are people seen more "
        "than once, keep their rows together: --group {column}",
        "“{column}”有重复：{rows} 行中只有 {n} 个值。若是多次就诊的同一患者，请加 --group "
        "{column} 避免拆开",
    ),
    "train.title": ("Training", "训练"),
    "train.networks": ("networks", "网络"),
    "train.shape": (
        "{n} of {layers} units, their mean is the answer; each stopped where the fold "
        "it left out was predicted best",
        "{n} 个，各层单元数 {layers}，取平均作答；每个在其未见的那一折上表现最佳时停止",
    ),
    "train.stopped": ("epochs", "训练轮数"),
    "train.time": ("time", "用时"),
    "train.seconds": ("{seconds} s", "{seconds} 秒"),
    "train.progress": (
        "Training network {network} of {total} · epoch {epoch} · log-loss {loss}",
        "训练第 {network}/{total} 个网络 · 第 {epoch} 轮 · 损失 {loss}",
    ),
    # Figures
    "figures.title": (
        "On the {n} rows held out (95 % interval)",
        "在留出的 {n} 行上（95% 置信区间）",
    ),
    "figures.network": ("network", "网络"),
    "figures.linear": ("logistic regression", "逻辑回归"),
    "figures.ridge": ("ridge regression", "岭回归"),
    "figures.majority": ("majority class", "多数类"),
    "figures.mean": ("the mean", "均值"),
    "figure.accuracy": ("accuracy", "准确率"),
    "figure.balanced_accuracy": ("balanced accuracy", "平衡准确率"),
    "figure.auc": ("AUC", "AUC"),
    "figure.sensitivity": ("sensitivity", "灵敏度"),
    "figure.specificity": ("specificity", "特异度"),
    "figure.ppv": ("PPV", "阳性预测值"),
    "figure.npv": ("NPV", "阴性预测值"),
    "figure.log_loss": ("log-loss", "对数损失"),
    "figure.brier": ("Brier score", "Brier 分数"),
    "figure.rmse": ("RMSE", "均方根误差"),
    "figure.mae": ("MAE", "平均绝对误差"),
    "figure.r2": ("R²", "R²"),
    "figures.confusion": (
        "{target} {label}, {n} rows: {parts}",
        "{target} 为 {label} 的 {n} 行：{parts}",
    ),
    "figures.called": ("{n} called {label}", "{n} 行判为 {label}"),
    "figures.threshold": (
        "At the threshold {threshold}, chosen on training rows for the largest sum of "
        "both: sensitivity {sensitivity}, specificity {specificity}",
        "若用训练行上选定的阈值 {threshold}（两者之和最大）：灵敏度 {sensitivity}，特"
        "异度 {specificity}",
    ),
    "verdict.classes.better": (
        "The network beats {linear}: its log-loss is lower by {difference}.",
        "网络优于{linear}：对数损失低 {difference}。",
    ),
    "verdict.classes.worse": (
        "The network is worse than {linear}: its log-loss is higher by {difference}. Use {linear}.",
        "网络不如{linear}：对数损失高 {difference}。应使用{linear}。",
    ),
    "verdict.classes.same": (
        "No difference from {linear} beyond chance; log-loss lower by {difference}.",
        "与{linear}的差异未超出偶然范围；对数损失低 {difference}。",
    ),
    "verdict.number.better": (
        "The network beats {linear}: its mean squared error is lower by {difference}.",
        "网络优于{linear}：均方误差低 {difference}。",
    ),
    "verdict.number.worse": (
        "The network is worse than {linear}: its mean squared error is higher by {difference}. "
        "Use {linear}.",
        "网络不如{linear}：均方误差高 {difference}。应使用{linear}。",
    ),
    "verdict.number.same": (
        "No difference from {linear} beyond chance: mean squared error lower by {difference}.",
        "与{linear}的差异未超出偶然范围：均方误差低 {difference}。",
    ),
    "saved.title": ("Saved", "已保存"),
    "saved.model": ("{path}: the model", "{path}：模型"),
    "saved.figures": (
        "{path}: these figures and more, for programs",
        "{path}：供程序读取的全部结果",
    ),
    "saved.next": ("To use it:", "使用方法："),
    # Predict
    "predict.done": ("{n} rows predicted: {path}", "已预测 {n} 行：{path}"),
    "predict.unseen": (
        "note: column '{column}': {values} not seen in training, taken as unknown",
        "注意：列“{column}”中的 {values} 在训练中未出现，按未知处理",
    ),
    "predict.label": ("prediction", "预测"),
    # Demo
    "demo.title": (
        "Pellucid learns to tell malignant breast tumours from benign ones",
        "Pellucid 学习区分恶性与良性乳腺肿瘤",
    ),
    "demo.story": (
        "Dr William H. Wolberg (University of Wisconsin) graded nine properties of cells "
        "from 699 breast tumours, 1 to 10. A network learns from most of them; the patients "
        "held out show how well it does.",
        "威斯康星大学的 William H. Wolberg 医生为 699 例乳腺肿瘤的细胞打分：九项特征，"
        "各 1 到 10 分。网络从其中大部分学习，留出的患者用来检验它学得如何。",
    ),
    "demo.new": ("Predicting patients it has not seen", "预测未见过的患者"),
    "demo.grades": ("the nine grades", "九项评分"),
    "demo.truth": ("truth", "实际"),
    "demo.probability": ("probability of {label}", "{label} 的概率"),
    "demo.inside": (
        "Looking inside: the first of its networks, as NumPy",
        "看看内部：第一个网络的 NumPy 程序",
    ),
    "demo.more": (
        "The whole program: pellucid source {folder}",
        "完整程序：pellucid source {folder}",
    ),
    "demo.disclaimer": (
        "An example to learn from; not a medical device.",
        "仅供学习的示例，不是医疗器械。",
    ),
    "comma": (", ", "，"),
    # Endings
    "error": ("error: {message}", "错误：{message}"),
    "error.usage": (
        "error: {message} (see {program} --help)",
        "错误：{message}（见 {program} --help）",
    ),
    "error.internal": (
        "error: something unexpected went wrong ({message}). Please report it; --debug "
        "shows where.",
        "错误：程序内部出错（{message}）。请报告此问题；加 --debug 可查看位置。",
    ),
    "stopped": ("Stopped. Nothing was written.", "已停止，未写入任何文件。"),
}


def text(key: str, **values: Any) -> str:
    """What stands under `key` in the language of the setting `language`, with these values.

    >>> with settings.using(language="zh"):
    ...     text("data.title", file="a.csv")
    '表格 a.csv'
    """
    return MESSAGES[key][LANGUAGES.index(settings.get("language"))].format(**values)
