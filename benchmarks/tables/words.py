"""All that is written on the pages of the tables, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Language:
    """The words of a page; texts with braces are filled with what was found."""

    folder: str
    title: str
    opening: str
    machine: str
    measured: str
    busy: str
    ranks: str
    ranks_about: str
    rank_columns: tuple[str, ...]
    learner: str
    table: str
    rows: str
    behind: str
    duels: str
    duels_about: str
    duel_columns: tuple[str, ...]
    calibration: str
    calibration_about: str
    calibration_columns: tuple[str, ...]
    each: str
    each_about: str
    losses: tuple[str, str]
    absent: str
    finished: str
    never: str
    failed: str
    versions: str
    comma: str = ", "
    colon: str = ": "
    stop: str = "."
    labels: Mapping[str, str] = field(default_factory=dict)


ENGLISH = Language(
    folder="",
    title="Tables: beside other learners",
    opening=(
        "Our default recipe beside other learners of tables: outer 5-fold cross-validation,\n"
        "the same folds for everybody, one setting a learner for all tables. The defaults of our\n"
        "recipe for small tables were chosen on clinical tables that stand here, too, and those\n"
        "of the others were not: that favours ours. Figures are means over the\n"
        "five folds of rows that no learner saw. Our recipe is given the raw columns; the others\n"
        "what their users give them: numbers with medians in place of missing ones, categories\n"
        "as such or one column each. How each is set up, and how to repeat this, stands in\n"
        "[benchmarks/tables/README.md](../benchmarks/tables/README.md).\n"
    ),
    machine=(
        "{processor}, {cores} cores, threads a learner: {threads}, {memory_gb} GB, {system},\n"
        "Python {python}."
    ),
    measured="Measured from {first} to {last} UTC: {n} folds.",
    busy=(
        "Other programs were running all the while (median load {load:.1f}): seconds are slower\n"
        "than on an idle machine, and only their ratios mean something, roughly."
    ),
    ranks="Mean rank",
    ranks_about=(
        "Of {learners} learners, over the {n} tables that all of them finished; 1 is the best.\n"
        "In parentheses the number of tables.\n"
    ),
    rank_columns=(
        "log-loss or RMSE",
        "log-loss",
        "RMSE",
        "AUROC or R²",
        "AUROC",
        "R²",
    ),
    learner="learner",
    table="table",
    rows="rows",
    behind="Our log-loss is over 2 % above the best one's on {far} of {n} tables ({share:.0%})",
    duels="One against one",
    duels_about=(
        "Ours against each other learner, on the tables that both finished: where ours is\n"
        "better, equal, worse by log-loss or RMSE; the median of our loss divided by theirs\n"
        "(below 1: ours is better); the median of their time of learning divided by ours.\n"
    ),
    duel_columns=("learner", "tables", "better – equal – worse", "loss ratio", "time ratio"),
    calibration="Calibration",
    calibration_about=(
        "Expected calibration error of the class named (15 bins) over all held-out rows of a\n"
        "table, mean over the tables of classes: of the probabilities as a learner gives them\n"
        "(ours are calibrated on rows left out inside the training part), and after a\n"
        "temperature that was fitted, for each fold, to the held-out rows of the four others.\n"
        "In parentheses the number of tables.\n"
    ),
    calibration_columns=("learner", "as given", "after a temperature"),
    each="Table by table",
    each_about="Means over the folds; the lowest in bold; – where folds are missing.\n",
    losses=("Log-loss", "RMSE"),
    absent="What was run, and what was not",
    finished="{done} of {n} tables finished",
    never="Tables that no learner finished, {n} in all: ",
    failed="Folds that failed:",
    versions="Versions",
)

CHINESE = Language(
    folder="zh",
    title="表格：与其他学习器比较",
    opening=(
        "默认方案与其他表格学习器的比较：外层五折交叉验证，各方使用同样的折，每个学习器对所有表用同一设置。"
        "本库小表的默认设置是在临床表上选定的，其中一些也在这里；其他学习器则不是：这对本库有利。"
        "数字是五折中留出行（任何学习器都没见过）上的平均值。本库直接得到原始列；"
        "其他学习器按其用户通常的做法得到数据：缺失的数值填中位数，类别按类别或逐类一列。"
        "各学习器如何设置、怎样重做这些测量，见 "
        "[benchmarks/tables/README.md](../../benchmarks/tables/README.md)。\n"
    ),
    machine=(
        "{processor}，{cores} 核，每个学习器 {threads} 线程，{memory_gb} GB 内存，"
        "{system}，Python {python}"
    ),
    measured="测于 {first} 至 {last}（UTC），共 {n} 折。",
    busy=(
        "测量期间一直有其他程序在运行（负载中位数 {load:.1f}）：用时比空闲时长，只有比值大致可信。"
    ),
    ranks="平均名次",
    ranks_about="{learners} 个学习器，在它们都完成的 {n} 张表上；1 为最好。括号内是表的数目。\n",
    rank_columns=("对数损失或 RMSE", "对数损失", "RMSE", "AUROC 或 R²", "AUROC", "R²"),
    learner="学习器",
    table="表",
    rows="行数",
    behind="在 {n} 张表中的 {far} 张（{share:.0%}）上，本库的对数损失比最好者高 2 % 以上",
    duels="一对一",
    duels_about=(
        "本库与每个学习器在双方都完成的表上相比：按对数损失或 RMSE，本库更好、相同、更差的表数；"
        "本库损失除以对方损失的中位数（小于 1 表示本库更好）；对方训练用时除以本库用时的中位数。\n"
    ),
    duel_columns=("学习器", "表数", "更好 – 相同 – 更差", "损失比", "用时比"),
    calibration="校准",
    calibration_about=(
        "每张表全部留出行上所判类别的期望校准误差（15 个区间），再对分类表取平均："
        "按学习器给出的概率（本库的概率已在训练部分内部留出的行上校准），"
        "以及用其余四折的留出行拟合温度之后。括号内是表的数目。\n"
    ),
    calibration_columns=("学习器", "给出的概率", "温度校准后"),
    each="逐表结果",
    each_about="各折的平均值；最低者加粗；“–”表示缺折。\n",
    losses=("对数损失", "RMSE"),
    absent="做了什么，没做什么",
    finished="完成 {n} 张表中的 {done} 张",
    never="没有学习器完成的 {n} 张表：",
    failed="失败的折：",
    versions="版本",
    comma="、",
    colon="：",
    stop="。",
    labels={
        "pellucid-plain": "Pellucid（plain）",
        "pellucid-tabm": "Pellucid（tabm）",
        "linear": "逻辑回归 / 岭回归",
        "mlp": "scikit-learn MLP",
        "forest": "随机森林",
        "xgboost-stop": "XGBoost（提前停止）",
        "lightgbm-stop": "LightGBM（提前停止）",
        "catboost-stop": "CatBoost（提前停止）",
        "realmlp": "RealMLP-TD（pytabkit，5 折）",
        "realmlp-ce": "RealMLP-TD（pytabkit，5 折，针对对数损失）",
    },
)
