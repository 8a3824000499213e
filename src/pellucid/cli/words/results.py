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
    "figures.calibration": (
        "Calibration: slope {slope} (1 is right), intercept {intercept} (0 is right)",
        "校准：斜率 {slope}（理想为 1），截距 {intercept}（理想为 0）",
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
    "verdict.classes.better": (
        "The network beats {linear}: its log-loss is lower by {difference}.",
        "网络优于{linear}：对数损失低 {difference}。",
    ),
    "verdict.classes.worse": (
        "The network is worse than {linear}: its log-loss is higher by {difference}. Use {linear}.",
        "网络不如{linear}：对数损失高 {difference}。应使用{linear}。",
    ),
    "verdict.classes.within_noise": (
        "No difference from {linear} beyond chance; log-loss lower by {difference}.",
        "与{linear}的差异未超出偶然范围；对数损失低 {difference}。",
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
        "No difference from {linear} beyond chance: error (RMSE) lower by {difference}.",
        "与{linear}的差异未超出偶然范围：误差（RMSE）低 {difference}。",
    ),
    "saved.title": ("Saved", "已保存"),
    "saved.model": ("{path}: the model", "{path}：模型"),
    "saved.figures": (
        "{path}: these figures and more, for programs",
        "{path}：供程序读取的全部结果",
    ),
    "saved.next": ("To use it:", "使用方法："),
}
