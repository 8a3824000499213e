"""What the other commands print, and how they end."""

from __future__ import annotations

# Key: (English, Chinese).
OTHERS: dict[str, tuple[str, str]] = {
    "predict.done": ("{n} rows predicted: {path}", "已预测 {n} 行：{path}"),
    "predict.unseen": (
        "note: column '{column}': {values} not seen in training, taken as unknown (rows: {n})",
        "注意：列“{column}”中的 {values} 在训练中未出现，按未知处理（{n} 行）",
    ),
    "predict.above": (
        "note: column '{column}': {values} far above the training values (rows: {n})",
        "注意：列“{column}”中的 {values} 远高于训练数据（{n} 行）",
    ),
    "predict.below": (
        "note: column '{column}': {values} far below the training values (rows: {n})",
        "注意：列“{column}”中的 {values} 远低于训练数据（{n} 行）",
    ),
    "predict.missing": (
        "note: column '{column}': no value, though every training row had one (rows: {n})",
        "注意：列“{column}”有缺失，而训练数据中没有（{n} 行）",
    ),
    "predict.progress": ("Predicting · {n} rows", "预测中 · {n} 行"),
    "row.unseen": (
        "{column}: {value} was not seen in training",
        "{column}：{value} 在训练中未出现",
    ),
    "row.above": ("{column}: {value} is far above training", "{column}：{value} 远高于训练数据"),
    "row.below": ("{column}: {value} is far below training", "{column}：{value} 远低于训练数据"),
    "row.missing": ("{column}: no value", "{column}：缺失"),
    "semicolon": ("; ", "；"),
    "predict.label": ("prediction", "预测"),
    "inspect.title": ("The model {path}", "模型 {path}"),
    "inspect.file": ("file", "文件"),
    "inspect.size": (
        "{kilobytes} kB, format {format_version}, written by pellucid {pellucid}",
        "{kilobytes} kB，格式版本 {format_version}，由 pellucid {pellucid} 写出",
    ),
    "inspect.learned": ("learned from", "训练数据"),
    "inspect.rows": ("{n} rows of {source}", "{source} 的 {n} 行"),
    "inspect.network": ("network", "网络"),
    "inspect.weights": ("{n} weights", "{n} 个参数"),
    "inspect.seed": ("seed", "随机种子"),
    "inspect.state": ("note", "注意"),
    "inspect.stopped": (
        "stopped by Ctrl-C: the best model up to then",
        "训练被 Ctrl-C 中止：保留当时最好的模型",
    ),
    "inspect.number": ("'{target}': a number", "“{target}”：数值"),
    "inspect.binary": (
        "'{target}': {classes}; positive: {positive}, from probability {threshold} on",
        "“{target}”：{classes}；阳性为 {positive}，概率达到 {threshold} 判为阳性",
    ),
    "inspect.columns": ("The {n} columns it needs", "需要的 {n} 列"),
    "inspect.more": ("… and {n} more (--json lists all)", "……另有 {n} 列（--json 列出全部）"),
    "inspect.levels": ("{levels} … ({n} values)", "{levels} 等 {n} 个取值"),
    "inspect.range": ("{low} to {high}, median {median}", "{low} 到 {high}，中位数 {median}"),
    "inspect.blank": ("(missing)", "（缺失）"),
    "inspect.missing": ("; {n} missing", "；缺失 {n} 个"),
    "column.number": ("number", "数值"),
    "column.boolean": ("yes or no", "是否"),
    "column.ordinal": ("levels", "等级"),
    "column.date": ("date", "日期"),
    "column.category": ("category", "类别"),
    "evaluate.progress": ("Measuring", "检验中"),
    "evaluate.without": ("{n} more rows have no target value", "另有 {n} 行没有目标值"),
    "evaluate.by": ("By '{column}'", "按“{column}”分组"),
    "report.progress": ("Writing the report", "正在写报告"),
    "report.without": ("note: no report: {message}", "注意：没有写报告：{message}"),
    "report.done": ("Report written: {path}", "报告已写出：{path}"),
    "evaluate.twins": (
        "{n} rows look like rows it learned from, no more than chance brings in such a table",
        "有 {n} 行与训练行相同，未超出这类表格的偶然范围",
    ),
    "drift.title": ("Differences from the rows learned from", "与训练数据的差异"),
    "drift.none": (
        "none beyond chance in its {total} columns",
        "{total} 列中没有超出偶然范围的差异",
    ),
    "drift.small": ("small ones in {n} of {total} columns", "{total} 列中有 {n} 列有小的差异"),
    "drift.moderate": (
        "{n} of {total} columns differ, moderately at most: look at them before using the model",
        "{total} 列中有 {n} 列不同，最大为中等：使用模型前请查看",
    ),
    "drift.large": (
        "{n} of {total} columns differ, some by much: the figures of training may not hold here",
        "{total} 列中有 {n} 列不同，有的差异很大：训练时的指标在此可能不成立",
    ),
    "drift.size": ("difference", "差异"),
    "drift.missing": ("missing", "缺失"),
    "size.small": ("small", "小"),
    "size.moderate": ("moderate", "中等"),
    "size.large": ("large", "大"),
    "provenance.said": (
        "Of {n} rows. Figures on rows that chose something are no test: evaluate refuses them.",
        "共 {n} 行。参与过选择的行不能用来检验；evaluate 会拒绝它们。",
    ),
    "provenance.what": ("what", "用途"),
    "provenance.share": ("share", "比例"),
    "provenance.numbers": ("rows {rows}", "第 {rows} 行"),
    "use.features": ("features", "特征"),
    "use.weights": ("weights", "权重"),
    "use.epoch": ("epochs", "轮数"),
    "use.recipe": ("recipe", "方法"),
    "use.blend": ("blend", "组合"),
    "use.calibration": ("calibration", "校准"),
    "use.threshold": ("threshold", "阈值"),
    "use.conformal": ("sets and intervals", "预测集与区间"),
    "use.test": ("nothing: tested on", "未参与：用于检验"),
    "provenance.title": ("Which rows decided what: {path}", "哪些行参与了什么选择：{path}"),
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
    "stopped.kept": (
        "Stopped. The best model so far is kept and marked as such: {path}",
        "已停止。当时最好的模型已保存并标明：{path}",
    ),
    "stopped": ("Stopped. Nothing was written.", "已停止，未写入任何文件。"),
}
