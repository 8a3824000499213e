"""What a study cannot tell."""

from __future__ import annotations

LIMITS: dict[str, tuple[str, str]] = {
    "limit.few_events": (
        "Only {n} cases of the rarest class were measured; with fewer than 100 the figures, "
        "calibration above all, are uncertain.",
        "最少的类别只检验了 {n} 例；少于 100 例时各项指标（尤其校准）并不可靠。",
    ),
    "limit.few_rows": (
        "Only {n} rows were measured; the figures are uncertain.",
        "只检验了 {n} 行；各项指标并不可靠。",
    ),
    "limit.rare": (
        "The rarest class makes up {share} of the cases: accuracy says little, look at AUPRC, PPV "
        "and calibration.",
        "最少的类别只占 {share}：准确率意义不大，请看 AUPRC、阳性预测值和校准。",
    ),
    "limit.refused": (
        "{n} rows could not be read; if they differ from the others, so may the figures.",
        "{n} 行无法读取；若它们与其他行不同，指标可能有偏。",
    ),
    "limit.missing": (
        "In {n} columns more than a fifth of the values are missing ({columns}); why they are may "
        "differ elsewhere.",
        "{n} 列缺失超过五分之一（{columns}）；别处的缺失原因可能不同。",
    ),
    "limit.suspect": (
        "Some columns almost tell the outcome by themselves ({columns}). If they are known only "
        "after it, all figures are too good.",
        "有些列几乎单独就能得出结局（{columns}）。若它们在结局之后才知道，所有指标都会虚高。",
    ),
    "limit.no_external": (
        "No rows from another place or time were measured: there it will do worse.",
        "未用其他地点或时间的数据检验：在那里表现会更差。",
    ),
    "limit.random_split": (
        "The rows held out are from the same source and time as those learned from.",
        "留出行与学习用的行来自同一来源和时期。",
    ),
    "limit.calibration": (
        "Its probabilities are not well calibrated: do not read them as risks without correction.",
        "其概率校准不佳：未经校正不可当作风险。",
    ),
    "limit.line": (
        "Its predictions are too near each other or too far apart: observed numbers do not rise by "
        "one where predicted ones do.",
        "其预测值彼此过近或过远：预测值每增加一，实际值的增加不等于一。",
    ),
    "limit.no_better": (
        "A linear model does as well here and is easier to check and to explain.",
        "线性模型在此同样好，且更易核查和解释。",
    ),
    "limit.no_subgroups": (
        "Whether it serves all groups of people alike was not measured.",
        "未检验它对各类人群是否同样有效。",
    ),
    "limit.small_groups": (
        "Some subgroups are small ({groups}); little is known about them.",
        "有些亚组人数很少（{groups}），所知有限。",
    ),
    "limit.place": (
        "The figures hold for cases like these. Where people, instruments or habits of recording "
        "differ, measure again before use.",
        "各项指标只适用于同类病例。若人群、仪器或记录习惯不同，使用前须重新检验。",
    ),
    "limit.cause": (
        "Columns that matter to the prediction need not be causes; changing them need not change "
        "the outcome.",
        "对预测重要的列不一定是原因；改变它们不一定改变结局。",
    ),
    "limit.time": (
        "Practice changes: compare predictions and outcomes again from time to time.",
        "实践会变化：应定期重新比较预测与结局。",
    ),
    "limit.human": (
        "How people act on the predictions, and whether that helps, was not studied.",
        "未研究人们如何依据预测行动、是否因此受益。",
    ),
}
