"""What training prints: the table, the networks, the figures."""

from __future__ import annotations

# Key: (English, Chinese).
RESULTS: dict[str, tuple[str, str]] = {
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
        "{n} rows ({share}) that decide nothing; rows of one '{column}' stay together",
        "{n} 行（{share}），不参与任何选择；同一“{column}”的行不拆开",
    ),
    "data.repeats": (
        "'{column}' repeats: {n} values in {rows} rows. If they are people seen more "
        "than once, keep their rows together: --group {column}",
        "“{column}”有重复：{rows} 行中只有 {n} 个值。若是多次就诊的同一患者，请加 --group "
        "{column} 避免拆开",
    ),
    "data.refused": (
        "; lines refused: {n} (refused.csv)",
        "；另有 {n} 行无法读取（见 refused.csv）",
    ),
    "data.cv": (
        "each of {n} rows once, by models that had not seen it ({folds} folds)",
        "{n} 行各检验一次，由未见过它的模型预测（{folds} 折）",
    ),
    "data.latest": (
        "{n} rows ({share}), the latest by '{column}', that decide nothing",
        "{n} 行（{share}），按“{column}”最晚的行，不参与任何选择",
    ),
    "kinds.numeric": ("{n} numeric", "{n} 个数值列"),
    "kinds.boolean": ("{n} yes or no", "{n} 个是否列"),
    "kinds.categorical": ("{n} categorical", "{n} 个类别列"),
    "kinds.ordinal": ("{n} ordered", "{n} 个等级列"),
    "kinds.date": ("{n} dates", "{n} 个日期列"),
    "kind.duplicate": ("says the same as another", "与另一列相同"),
    "kind.leak": ("tells the answer", "泄露答案"),
    "kind.chosen": ("left out by you", "由您排除"),
    "train.recipe_used": ("recipe", "方法"),
    "train.members": ("{n}, best after {epochs} epochs", "{n} 个，最佳轮数 {epochs}"),
    "train.blend": ("blend", "组合"),
    "train.calibrated": ("calibration", "校准"),
    "train.fit": ("fit", "拟合"),
    "member.network": ("networks", "网络"),
    "member.linear": ("linear model", "线性模型"),
    "calibration.none": ("none", "无"),
    "calibration.temperature": ("temperature", "温度"),
    "calibration.affine": ("affine", "仿射"),
    "calibration.isotonic": ("isotonic", "保序"),
    "calibration.losses": (
        "; log-loss of left-out rows {before} before, {after} after",
        "；未参与行的对数损失由 {before} 变为 {after}",
    ),
    "diagnosis.fits": ("neither over- nor underfitted", "既不过拟合也不欠拟合"),
    "diagnosis.overfits": (
        "overfitted: more rows, fewer columns or stronger regularisation may help",
        "过拟合：更多数据、更少的列或更强的正则化可能有帮助",
    ),
    "diagnosis.underfits": (
        "underfitted: more epochs, a larger network or better columns may help",
        "欠拟合：更多轮数、更大的网络或更好的列可能有帮助",
    ),
    "progress.linear": ("Linear model ({fit} of {total})", "线性模型（第 {fit}/{total} 次）"),
    "progress.network": ("Networks ({fit} of {total})", "网络（第 {fit}/{total} 次）"),
    "progress.evaluation": ("Measuring", "检验中"),
    "progress.loss": (" · loss {loss}", " · 损失 {loss}"),
    "train.title": ("Training", "训练"),
    "train.networks": ("networks", "网络"),
    "train.time": ("time", "用时"),
    "train.seconds": ("{seconds} s", "{seconds} 秒"),
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
    "figure.auc_weighted": ("AUC, weighted", "加权 AUC"),
    "figure.ppv_at_prevalence": ("PPV at prevalence", "指定患病率下的阳性预测值"),
    "figure.npv_at_prevalence": ("NPV at prevalence", "指定患病率下的阴性预测值"),
    "figure.lr_plus": ("LR+", "阳性似然比"),
    "figure.lr_minus": ("LR−", "阴性似然比"),
    "figure.brier_skill": ("Brier skill", "Brier 技巧分数"),
    "figure.median_error": ("median error", "误差中位数"),
    "figure.bias": ("bias", "偏差"),
    "figure.sensitivity": ("sensitivity", "灵敏度"),
    "figure.specificity": ("specificity", "特异度"),
    "figure.ppv": ("PPV", "阳性预测值"),
    "figure.npv": ("NPV", "阴性预测值"),
    "figure.log_loss": ("log-loss", "对数损失"),
    "figure.brier": ("Brier score", "Brier 分数"),
    "figure.rmse": ("RMSE", "均方根误差"),
    "figure.mae": ("MAE", "平均绝对误差"),
    "figure.r2": ("R²", "R²"),
    "figure.auprc": ("AUPRC", "AUPRC"),
    "figure.f1": ("F1", "F1 值"),
    "figure.subset_accuracy": ("all labels right", "全部标签正确"),
    "figure.hamming_loss": ("labels wrong", "标签错误率"),
    "figure.coverage": ("interval coverage", "区间覆盖率"),
    "figure.width": ("interval width", "区间宽度"),
    "figure.slope": ("calibration slope", "校准斜率"),
    "figure.intercept": ("intercept", "校准截距"),
    "figure.ece": ("calibration error", "校准误差"),
    "figures.external": (
        "On the {n} rows of {name} (95 % interval)",
        "在 {name} 的 {n} 行上（95% 置信区间）",
    ),
    "figures.importance": (
        "Columns that matter most (loss added when the column is shuffled)",
        "最重要的列（打乱该列后损失的增加）",
    ),
    "figures.importance_share": (
        "Columns that matter most (squared error added when the column is shuffled)",
        "最重要的列（打乱该列后平方误差的增加）",
    ),
    "figures.calibration": (
        "Calibration: slope {slope}, 1 is right{intercept}",
        "校准：斜率 {slope}，理想为 1{intercept}",
    ),
    "figures.intercept": (
        "; intercept {intercept}, 0 is right",
        "；截距 {intercept}，理想为 0",
    ),
    "figures.sets": (
        "Prediction sets: {promised} promised, {held} held the true class",
        "预测集：承诺 {promised}，实际 {held} 包含真实类别",
    ),
    "figures.intervals": (
        "Prediction intervals: {promised} promised, {held} held the true number; "
        "mean width {width}",
        "预测区间：承诺 {promised}，实际 {held} 包含真值；平均宽度 {width}",
    ),
    "figures.abstention": (
        "{n} of {total} rows are too close to call and left to a person; of the others {accuracy} "
        "are right",
        "{total} 行中有 {n} 行难以判断，应交由人判断；其余准确率 {accuracy}",
    ),
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
    "verdict.alone": (
        "The networks add nothing to {linear} here: it is the model.",
        "此处网络未带来改进：所用模型就是{linear}。",
    ),
    "verdict.classes.better": (
        "The network beats {linear}: its log-loss is lower by {difference}.",
        "网络优于{linear}：对数损失低 {difference}。",
    ),
    "verdict.classes.worse": (
        "The network is worse than {linear}: its log-loss is higher by {difference}. Use {linear}.",
        "网络不如{linear}：对数损失高 {difference}。应使用{linear}。",
    ),
    "verdict.classes.within_noise": (
        "No difference from {linear} beyond chance (gain in log-loss {difference}).",
        "与{linear}的差异未超出偶然范围（对数损失改善 {difference}）。",
    ),
    "verdict.number.better": (
        "The network beats {linear}: its error (RMSE) is lower by {difference}.",
        "网络优于{linear}：误差（RMSE）低 {difference}。",
    ),
    "verdict.number.worse": (
        "The network is worse than {linear}: its error (RMSE) is higher by {difference}. "
        "Use {linear}.",
        "网络不如{linear}：误差（RMSE）高 {difference}。应使用{linear}。",
    ),
    "verdict.number.within_noise": (
        "No difference from {linear} beyond chance (gain in RMSE {difference}).",
        "与{linear}的差异未超出偶然范围（RMSE 改善 {difference}）。",
    ),
    "saved.title": ("Saved in {folder}", "已保存到 {folder}"),
    "saved.model": ("the model", "模型"),
    "saved.evaluation": ("all figures, for programs", "供程序读取的全部结果"),
    "saved.schema": (
        "what each column is; edit it, give it back by --schema",
        "各列的决定；可修改后用 --schema 交回",
    ),
    "saved.report": ("the report", "报告"),
    "saved.refused": ("lines that could not be read", "无法读取的行"),
    "saved.look": ("To look at it: open {path}", "查看报告：打开 {path}"),
    "saved.next": ("To use it:", "使用方法："),
}
