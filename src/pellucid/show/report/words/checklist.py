"""The items of TRIPOD+AI (Collins et al., BMJ 385, 2024, e078378), shortly and in our own words."""

from __future__ import annotations

CHECKLIST: dict[str, tuple[str, str]] = {
    "checklist.said": (
        "What a publication about this model should report. What only its authors can say is left "
        "open here.",
        "发表本模型时应报告的内容。只有作者才能说明的，此处留空。",
    ),
    "checklist.count": (
        "Of {n} items this report fills {filled}, {partly} in part; {open} are open.",
        "{n} 项中，本报告完成 {filled} 项，部分完成 {partly} 项，{open} 项留空。",
    ),
    "checklist.item": ("item", "条目"),
    "checklist.asks": ("asks for", "要求"),
    "checklist.answer": ("answered", "回答"),
    "checklist.filled": ("in this report", "见本报告"),
    "checklist.partly": ("in part", "部分见"),
    "checklist.open": ("open: for the authors", "留空：由作者填写"),
    "checklist.source": (
        "After Collins et al., BMJ 2024; 385: e078378. Worded anew and shortened; the statement "
        "itself is what counts.",
        "依据 Collins 等，BMJ 2024; 385: e078378。措辞为本报告自拟并已缩短，以原文为准。",
    ),
    "tripod.part.title": ("Title", "标题"),
    "tripod.part.abstract": ("Abstract", "摘要"),
    "tripod.part.introduction": ("Introduction", "引言"),
    "tripod.part.methods": ("Methods", "方法"),
    "tripod.part.open": ("Open science", "开放科学"),
    "tripod.part.public": ("Patients and public", "患者与公众"),
    "tripod.part.results": ("Results", "结果"),
    "tripod.part.discussion": ("Discussion", "讨论"),
    "tripod.1": (
        "A title that names the kind of study, the people and the outcome",
        "标题写明研究类型、人群和结局",
    ),
    "tripod.2": ("An abstract by the list for abstracts", "按摘要清单撰写摘要"),
    "tripod.3a": (
        "The health problem, why a model is wanted, what models exist",
        "健康问题、为何需要模型、已有哪些模型",
    ),
    "tripod.3b": (
        "Who is to use it, for whom, where in the course of care",
        "由谁使用、用于谁、处于诊疗的哪一步",
    ),
    "tripod.3c": (
        "Known inequalities in health between groups of people",
        "人群之间已知的健康不平等",
    ),
    "tripod.4": (
        "The aims: development, evaluation, or both",
        "目的：建模、验证，或两者",
    ),
    "tripod.5a": (
        "Sources of the data to learn from and to measure on, and whether they stand for the "
        "people meant",
        "训练和检验数据的来源，及其对目标人群的代表性",
    ),
    "tripod.5b": ("Dates of the data: first, last, follow-up", "数据的起止日期与随访"),
    "tripod.6a": (
        "Setting: level of care, number of centres, places",
        "场所：诊疗级别、中心数、地点",
    ),
    "tripod.6b": ("Who was eligible", "纳入条件"),
    "tripod.6c": ("Treatments received, and how they were handled", "所受治疗及其处理方式"),
    "tripod.7": ("How data were prepared and checked", "数据的整理与核查"),
    "tripod.8a": (
        "The outcome: definition, time, how it was found, alike for all groups",
        "结局：定义、时点、判定方法，各组是否一致",
    ),
    "tripod.8b": ("Who judged the outcome, if it takes judgement", "结局若需判断，由谁判断"),
    "tripod.8c": ("What they knew when they judged it", "判断结局时的设盲"),
    "tripod.9a": ("How the first set of columns was chosen", "最初的预测变量如何选定"),
    "tripod.9b": (
        "All predictors: definition, how and when measured",
        "全部预测变量：定义、测量方法与时点",
    ),
    "tripod.9c": (
        "Who judged predictors, if they take judgement",
        "预测变量若需判断，由谁判断",
    ),
    "tripod.10": (
        "How the number of rows was arrived at, and whether it is enough",
        "样本量如何确定、是否足够",
    ),
    "tripod.11": ("How missing values were handled", "缺失值的处理"),
    "tripod.12a": (
        "Which rows served which purpose: learning, choosing, measuring",
        "哪些行用于学习、选择、检验",
    ),
    "tripod.12b": ("How predictors entered the model", "预测变量如何进入模型"),
    "tripod.12c": (
        "Kind of model, steps of building it, tuning, internal validation",
        "模型类型、构建步骤、调参、内部验证",
    ),
    "tripod.12d": (
        "Differences between groups, such as centres",
        "各组（如中心）之间的差异",
    ),
    "tripod.12e": (
        "All measures of performance and how models are compared",
        "全部性能指标及模型比较方法",
    ),
    "tripod.12f": ("Any updating, such as recalibration", "模型更新，如重新校准"),
    "tripod.12g": (
        "How predictions are computed: formula, code, file",
        "预测如何计算：公式、代码、文件",
    ),
    "tripod.13": (
        "Whether unequal classes were treated, why, and what corrected the probabilities",
        "是否处理类别不平衡、为何、如何校正概率",
    ),
    "tripod.14": ("What was done for fairness, and why", "为公平性做了什么及其理由"),
    "tripod.15": (
        "What the model gives out, and how any threshold was set",
        "模型的输出及阈值的设定",
    ),
    "tripod.16": (
        "Differences between rows learned from and rows measured on",
        "训练数据与检验数据的差异",
    ),
    "tripod.17": ("Ethics committee and consent", "伦理审批与知情同意"),
    "tripod.18a": ("Funding and its part in the study", "资金来源及其作用"),
    "tripod.18b": ("Conflicts of interest", "利益冲突"),
    "tripod.18c": ("Where the protocol is", "研究方案在何处"),
    "tripod.18d": ("Registration", "研究注册"),
    "tripod.18e": ("Whether the data can be had", "数据是否可获取"),
    "tripod.18f": ("Whether the code can be had", "代码是否可获取"),
    "tripod.19": ("What part patients and public had", "患者与公众的参与"),
    "tripod.20a": (
        "The way of the participants, with numbers with and without outcome",
        "受试者流程，含有无结局的人数",
    ),
    "tripod.20b": (
        "What the people are like, overall and by centre; missing values",
        "人群特征（总体及各中心）；缺失值",
    ),
    "tripod.20c": (
        "People measured on compared with people learned from",
        "检验人群与训练人群的比较",
    ),
    "tripod.21": (
        "Rows and outcomes in each step of the analysis",
        "分析各步的人数与结局数",
    ),
    "tripod.22": (
        "The whole model, so that others can use it, and terms of use",
        "完整模型，使他人可用，及使用条件",
    ),
    "tripod.23a": (
        "Performance with intervals, also for subgroups",
        "性能及其区间，含亚组",
    ),
    "tripod.23b": (
        "How performance differs between centres or groups",
        "各中心或各组之间的性能差异",
    ),
    "tripod.24": ("The model after updating, and its performance", "更新后的模型及其性能"),
    "tripod.25": (
        "What the results mean, fairness included, beside earlier studies",
        "结果的意义（含公平性），与既往研究比较",
    ),
    "tripod.26": ("Limits of the study and what they do to the results", "研究的局限及其影响"),
    "tripod.27a": (
        "How missing or poor input is to be handled in use",
        "使用时如何处理缺失或质量差的输入",
    ),
    "tripod.27b": (
        "What users have to do and to know to use it",
        "使用者需要做什么、懂什么",
    ),
    "tripod.27c": ("What should be studied next", "后续研究"),
}
