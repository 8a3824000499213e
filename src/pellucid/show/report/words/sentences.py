"""What the report says in whole sentences."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    # Verdict and summary
    "verdict.better": (
        "The network beats {linear} on rows that neither had seen.",
        "在双方都未见过的行上，网络优于{linear}。",
    ),
    "verdict.worse": (
        "The network is worse than {linear} on rows that neither had seen. Use {linear}.",
        "在双方都未见过的行上，网络不如{linear}。应使用{linear}。",
    ),
    "verdict.within_noise": (
        "The network is no better than {linear}: the difference in {loss} is within chance.",
        "网络并不优于{linear}：{loss}的差异在偶然范围之内。",
    ),
    "verdict.by": (
        "The {loss} is {own} against {other}, a difference of {difference}.",
        "{loss}为 {own} 对 {other}，相差 {difference}。",
    ),
    "verdict.share": (
        "The network was ahead in {share} of the bootstrap samples of these rows.",
        "在这些行的自助抽样中，网络在 {share} 的样本里领先。",
    ),
    "verdict.unknown": (
        "Whether the network beats a linear model was not measured.",
        "未检验网络是否优于线性模型。",
    ),
    "summary.classes": (
        "This model predicts “{target}”: {classes}.",
        "本模型预测“{target}”：{classes}。",
    ),
    "summary.number": ("This model predicts the number “{target}”.", "本模型预测数值“{target}”。"),
    "summary.columns": (
        "It uses {n} columns of {source}.",
        "它使用 {source} 中的 {n} 列。",
    ),
    "summary.columns_only": ("It uses {n} columns.", "它使用 {n} 列。"),
    "summary.rows": (
        "It learned from {train} rows and was measured on {test} others that had no part in it.",
        "它从 {train} 行中学习，并在另外 {test} 行未参与任何选择的数据上检验。",
    ),
    "summary.crossed": (
        "It learned from all {train} rows; it was measured by cross-validation, each row by a "
        "model that had not seen it.",
        "它从全部 {train} 行中学习，并用交叉验证检验：每一行都由未见过它的模型预测。",
    ),
    "summary.interrupted": (
        "Training was stopped before its end; this is the best model there was by then.",
        "训练被提前中止；这是当时最好的模型。",
    ),
    "summary.area": (
        "Of two cases of different classes it puts the right one first with a probability of "
        "{area} (AUROC).",
        "任取两个不同类别的病例，它排序正确的概率为 {area}（AUROC）。",
    ),
    "summary.slope.fair": (
        "Its probabilities show no sign of being too extreme or too cautious (calibration slope "
        "{slope}).",
        "其概率未见过于极端或过于保守（校准斜率 {slope}）。",
    ),
    "summary.slope.extreme": (
        "Its probabilities are too extreme (calibration slope {slope}, below 1).",
        "其概率过于极端（校准斜率 {slope}，小于 1）。",
    ),
    "summary.slope.timid": (
        "Its probabilities are too cautious (calibration slope {slope}, above 1).",
        "其概率过于保守（校准斜率 {slope}，大于 1）。",
    ),
    "summary.error": (
        "Its predictions are off by {error} on average.",
        "其预测平均偏离 {error}。",
    ),
    "summary.purpose": ("Purpose: {purpose}", "用途：{purpose}"),
    "summary.no_purpose": (
        "Purpose: not stated. Who is to use the predictions, when, for which people and which "
        "decision, has to be said before anyone does.",
        "用途：未说明。在使用之前，须写明由谁、在何时、针对哪些人、为哪项决策使用这些预测。",
    ),
    # Data
    "data.source": ("read from", "数据来源"),
    "data.columns": ("columns", "列数"),
    "data.hash_of": ("taken of", "校验对象"),
    "data.hash": ("SHA-256 of the data", "数据的 SHA-256"),
    "data.reading": ("How the file was read", "文件的读取方式"),
    "flow.title": ("The way of the rows", "数据流向"),
    "flow.lines": ("rows in the file", "行（文件中）"),
    "flow.refused": ("could not be read", "行无法读取"),
    "flow.read": ("rows read", "行已读取"),
    "flow.without": ("without a value of the target", "行缺少目标值"),
    "flow.used": ("rows with a value of the target", "行有目标值"),
    "flow.other": ("left out otherwise", "行因其他原因未使用"),
    "flow.kept": ("rows taken", "行被采用"),
    "flow.train": ("rows to learn from", "行用于学习"),
    "flow.test": ("rows measured on ({kind})", "行用于检验（{kind}）"),
    "flow.crossed": (
        "rows to learn from, and in cross-validation to measure on",
        "行用于学习，并用交叉验证检验",
    ),
    "refused.said": (
        "{n} rows could not be read and are in no figure of this report.",
        "{n} 行无法读取，不计入本报告的任何数字。",
    ),
    "refused.file": ("They are in {file}.", "它们保存在 {file} 中。"),
    "refused.line": ("line {n}", "第 {n} 行"),
    "missing.none": ("No cell of the table is empty.", "表格中没有空单元格。"),
    "missing.said": (
        "{n} of {total} columns lack values. A missing number is taken as the median of the "
        "training rows and marked as missing; a missing category is a category of its own.",
        "{total} 列中有 {n} 列缺值。缺失的数值取训练行的中位数并加以标记；缺失的类别自成一类。",
    ),
    "missing.n": ("missing", "缺失数"),
    "missing.share": ("share", "比例"),
    "missing.marks": ("how it was written", "写法"),
    "missing.empty": ("empty", "空"),
    "schema.said": (
        "{n} of {total} columns are learned from. Check what stands here: a column that is only "
        "known after the outcome makes all figures too good.",
        "{total} 列中有 {n} 列用于学习。请核对下表：若某列在结局之后才知道，所有指标都会虚高。",
    ),
    "schema.kind": ("taken for", "判定为"),
    "schema.used": ("learned from", "是否使用"),
    "schema.why": ("why", "理由"),
    "schema.yes": ("yes", "是"),
    "schema.no": ("no", "否"),
    "schema.by_user": ("{used} (chosen)", "{used}（由用户指定）"),
    "schema.rest": ("{n} more columns", "其余 {n} 列"),
    # Training
    "training.recipe": ("recipe", "方案"),
    "training.members": ("members", "成员"),
    "training.epochs": ("epochs", "训练轮数"),
    "training.seconds": ("time of training", "训练用时"),
    "training.total": ("time of all", "总用时"),
    "training.interrupted": ("stopped before its end", "提前中止"),
    "training.settings": ("Settings of the recipe", "方案的设置"),
    "training.stopped": (
        "best after {low} to {high}, half of them by {middle}",
        "在第 {low} 到 {high} 轮最佳，中位数 {middle}",
    ),
    "blend.title": ("How the members are weighted", "成员的权重"),
    "blend.said": (
        "Weights were chosen on rows that the members had not learned from.",
        "权重由各成员未学习过的行选定。",
    ),
    "blend.candidate": ("member", "成员"),
    "blend.loss": ("loss on left-out rows", "未学习行上的损失"),
    "blend.weight": ("weight", "权重"),
    "recalibration.title": ("Calibration of the answers", "输出的校准"),
    "recalibration.method": ("method", "方法"),
    "recalibration.loss": ("loss on left-out rows", "未学习行上的损失"),
    "recalibration.tried": (
        "What was tried; a correction is used only where it is worth more than chance",
        "试过的方法；只有超出偶然的改善才采用校正",
    ),
    "recalibration.change": ("{before} before, {after} after", "校正前 {before}，校正后 {after}"),
    # Evaluation
    "evaluation.where": (
        "All figures are about {n} rows that had no part in training, nor in choosing anything.",
        "以下指标均来自 {n} 行未参与训练、也未参与任何选择的数据。",
    ),
    "evaluation.crossed": (
        "All figures are about {n} rows in cross-validation, each predicted by a model that had "
        "not seen it.",
        "以下指标来自交叉验证的 {n} 行，每一行都由未见过它的模型预测。",
    ),
    "evaluation.where_unknown": (
        "On how many rows these figures rest is not known.",
        "这些指标基于多少行未知。",
    ),
    "evaluation.groups": ("They are from {n} groups.", "它们来自 {n} 个组。"),
    "evaluation.intervals": (
        "Below each figure its 95 % interval, for chance in which cases were measured.",
        "每个指标下方为其 95% 区间，反映所检验病例的偶然性。",
    ),
    "evaluation.per_class": ("Class by class", "各类别"),
    "evaluation.per_label": ("Label by label", "各标签"),
    "confusion.said": (
        "Each case is called the most probable class. A row is what is true.",
        "每例判为概率最大的类别。每行为真实类别。",
    ),
    "confusion.at": (
        "Positive from a probability of {threshold} on. A row is what is true.",
        "概率达到 {threshold} 即判为阳性。每行为真实类别。",
    ),
    "confusion.true": ("true class", "真实类别"),
    "confusion.called": ("called {label}", "判为 {label}"),
    "confusion.taken": ("taken for", "误判为"),
    "confusion.share": ("of the true class", "占真实类别"),
    "confusion.mistakes": ("The most frequent mistakes", "最常见的错误"),
    "external.title": ("Elsewhere: {name}", "外部验证：{name}"),
    "external.said": (
        "The same model, unchanged, on {n} rows from elsewhere.",
        "同一模型不作改动，用于 {n} 行外部数据。",
    ),
    "external.held_out": ("network, held out here", "网络（本地留出）"),
    "external.model": ("{name}, elsewhere", "{name}（外部）"),
    "external.calibration": ("Calibration elsewhere", "外部数据上的校准"),
    # Thresholds
    "threshold.column": ("called from", "判定阈值"),
    "threshold.said": (
        "What calling “{positive}” from a probability on does, on the rows held out.",
        "从某一概率起判为“{positive}”，在留出行上的结果。",
    ),
    "threshold.given": (
        "The threshold in use was given, not chosen from the data.",
        "所用阈值由人指定，并非由数据选定。",
    ),
    "threshold.rule": (
        "The threshold in use was set by this rule, on training rows: {rule}.",
        "所用阈值由训练行按此规则选定：{rule}。",
    ),
    "threshold.prevalence": (
        "PPV* and NPV* hold where {share} of the cases are positive.",
        "PPV* 和 NPV* 适用于阳性占 {share} 的人群。",
    ),
    "threshold.legend": (
        "Sens: share of positive cases found. Spec: share of negative cases left alone. PPV: share "
        "of those called positive who are. NPV: share of those called negative who are. LR: how a "
        "result multiplies the odds. The row that stands out is in use.",
        "灵敏度：阳性病例中被找出的比例。特异度：阴性病例中未被误判的比例。PPV：判为阳性者中确为"
        "阳性的比例。NPV：判为阴性者中确为阴性的比例。LR：结果使比数乘以多少。突出显示的一行为当前所用。",
    ),
    "decision.network": ("network", "网络"),
    "decision.linear": ("logistic regression", "逻辑回归"),
    "decision.all": ("treat all", "全部处理"),
    "decision.none": ("treat none", "全不处理"),
    "decision.useful": (
        "It is the best choice for thresholds from {low} to {high}.",
        "阈值在 {low} 到 {high} 之间时，它是最佳选择。",
    ),
    # Columns
    "importance.said": (
        "How much the {loss} rises when a column is shuffled among rows held out, with 95 % "
        "intervals.",
        "在留出行中打乱某一列后，{loss}上升多少，附 95% 区间。",
    ),
    "importance.value": ("rise when shuffled", "打乱后的上升"),
    "importance.all": ("All {n} columns in numbers", "全部 {n} 列的数值"),
    "importance.care": (
        "Columns that say the same share their importance, and none of this tells a cause.",
        "含义相近的列会分摊重要性；以上均不说明因果。",
    ),
    "subgroups.said": (
        "The same figures for parts of the rows held out. Small parts have wide intervals.",
        "留出行中各部分的同样指标。人数少的部分区间较宽。",
    ),
    "subgroups.title": ("By {column}", "按 {column}"),
    "subgroups.level": ("{name} (n = {n})", "{name}（{n} 例）"),
    # Certainty
    "conformal.title": ("Sets and intervals", "预测集合与区间"),
    "conformal.said": (
        "Beside its probabilities the model gives a set of classes that holds the true one in the "
        "stated share of cases like these, whatever the probabilities are worth.",
        "除概率外，模型还给出一个类别集合；对同类病例，它以所述比例包含真实类别，与概率的好坏无关。",
    ),
    "conformal.number": (
        "Beside its prediction the model gives an interval that holds the true number in the "
        "stated share of cases like these.",
        "除预测值外，模型还给出一个区间；对同类病例，它以所述比例包含真实值。",
    ),
    "abstention.title": ("When it leaves the case to a person", "何时交由人判断"),
    "abstention.said": (
        "Where it cannot tell, the model says so, and the case is for a person to decide.",
        "无法分辨时模型会明说，由人来决定。",
    ),
    # Learning
    "diagnosis.fits": (
        "It has learned what these rows can teach: losses on rows learned from and on others are "
        "near each other.",
        "它已学到这些数据所能提供的内容：学习过的行与未学习的行上的损失相近。",
    ),
    "diagnosis.overfits": (
        "It overfits: part of what it learned from its rows does not hold for others.",
        "过拟合：它从训练行学到的内容，有一部分对其他行不成立。",
    ),
    "diagnosis.underfits": (
        "It underfits: it has learned less than these rows can teach.",
        "欠拟合：它学到的少于这些数据所能提供的。",
    ),
    "advice.fits": (
        "What may still help: columns that bear on the outcome and are not in the table.",
        "仍可能有用的是：补充与结局有关而表中没有的列。",
    ),
    "advice.overfits": (
        "What to try: more rows, fewer columns, a smaller network, more dropout and weight decay, "
        "or the linear model.",
        "可以尝试：更多行、更少列、更小的网络、更强的随机失活和权重衰减，或改用线性模型。",
    ),
    "advice.underfits": (
        "What to try: a larger network, less dropout and weight decay, more epochs, or a larger "
        "budget. If nothing helps, the columns say little about the outcome.",
        "可以尝试：更大的网络、更弱的随机失活和权重衰减、更多轮数或更大的预算。若都无效，"
        "说明这些列与结局关系不大。",
    ),
    "learning.try": ("What to try:", "可以尝试："),
    "learning.gain": (
        "The last step lowered the loss by {gain}.",
        "最后一步使损失降低了 {gain}。",
    ),
    "learning.short": (
        "There are too few rows to say what more of them would bring.",
        "行数太少，无法判断增加行数的作用。",
    ),
    "reason.gap": (
        "The loss on rows left out is much larger than on rows learned from.",
        "未学习行上的损失远大于学习过的行。",
    ),
    "reason.rise": (
        "The loss on rows left out rises again after its best epoch.",
        "最佳轮次之后，未学习行上的损失重新上升。",
    ),
    "reason.nothing_learned": (
        "Even on rows learned from it is hardly better than the same answer for all.",
        "即使在学习过的行上，也几乎不比一律作同一回答好。",
    ),
    "reason.worse_than_linear": (
        "It is worse than a linear model on rows learned from.",
        "在学习过的行上不如线性模型。",
    ),
    "reason.still_falling": (
        "The loss on rows left out still falls at the last epoch.",
        "到最后一轮，未学习行上的损失仍在下降。",
    ),
    "try.more_rows": ("more rows", "更多行"),
    "try.more_regularisation": (
        "more dropout and weight decay",
        "更强的随机失活和权重衰减",
    ),
    "try.smaller_network": ("a smaller network", "更小的网络"),
    "try.fewer_columns": ("fewer columns", "更少的列"),
    "try.early_stopping": ("stopping at the best epoch", "在最佳轮次停止"),
    "try.other_columns": ("columns that say more about the outcome", "与结局关系更大的列"),
    "try.larger_network": ("a larger network", "更大的网络"),
    "try.less_regularisation": ("less dropout and weight decay", "更弱的随机失活和权重衰减"),
    "try.more_epochs": ("more epochs", "更多轮数"),
    "learning.rising": (
        "The curve still falls at its end: more rows would help.",
        "曲线末端仍在下降：增加行数会有帮助。",
    ),
    "learning.flat": (
        "The curve is flat at its end: more rows alone would hardly help.",
        "曲线末端已平：仅增加行数帮助不大。",
    ),
    # Origin
    "provenance.said": (
        "What was chosen in the making of this model, and from which rows. The rows that figures "
        "are told of have chosen nothing.",
        "制作本模型时作过哪些选择、依据哪些行。用于报告指标的行未参与任何选择。",
    ),
    "origin.created": ("made", "制作时间"),
    "origin.versions": ("versions", "版本"),
    "origin.seed": ("seed", "随机种子"),
    "origin.hash": ("SHA-256 of the data", "数据的 SHA-256"),
    "origin.study": ("version of the study", "研究文件版本"),
    "origin.settings": ("What was asked for", "所用选项"),
}
