"""The style sheet of the report: one column on a phone, two on a desk, A4 on paper."""

from __future__ import annotations

from pellucid.show.report.palette import variables

_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"Noto Sans","Helvetica Neue",Arial,"PingFang SC","Hiragino Sans GB",
"Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem;text-wrap:balance}
h2{font-size:1.35rem;line-height:1.3;margin:3rem 0 .75rem;padding-top:.75rem;
border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.75rem 0 .5rem}
p{margin:.6rem 0;max-width:46rem}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.muted,figcaption,.note{color:var(--muted)}
.note,figcaption{font-size:.9rem}
.warning{color:var(--warn)}
.gap{color:var(--gap)}
.good{color:var(--good)}
.verdict{background:var(--panel);border-left:.35rem solid var(--five);padding:.9rem 1.1rem;
margin:1.25rem 0;font-size:1.15rem;max-width:none}
.verdict.better{border-color:var(--three)}
.verdict.worse{border-color:var(--two)}
.verdict p{max-width:none;margin:.3rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;
margin:1.25rem 0;padding:0;list-style:none}
.tiles li{background:var(--panel);padding:.7rem .9rem}
.tiles b{display:block;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
.tiles span{display:block;color:var(--muted);font-size:.85rem}
nav ol{columns:14rem;padding-left:1.4rem;margin:.75rem 0}
nav li{break-inside:avoid;padding:.2rem 0}
.scroll{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:50%}
caption{text-align:left;color:var(--muted);padding-bottom:.35rem}
th,td{padding:.35rem .7rem .35rem 0;text-align:left;vertical-align:top;
border-bottom:1px solid var(--line);overflow-wrap:break-word}
th{font-weight:600}
thead th{color:var(--muted);vertical-align:bottom}
thead th.number{white-space:normal}
td.number,th.number{text-align:right;white-space:nowrap}
td.words{min-width:12rem;max-width:26rem}
td.short,th.short{white-space:nowrap}
td.name,th.name{min-width:8rem;max-width:16rem;overflow-wrap:anywhere}
td small{display:block;color:var(--muted);font-size:.85em;font-weight:400}
tr.chosen td,tr.chosen th{background:var(--panel);font-weight:600}
td.cell{position:relative;text-align:right;background:color-mix(in srgb,
var(--one) calc(var(--share)*32%),var(--paper))}
td.right{font-weight:700}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));
gap:1.5rem 2rem;margin:1rem 0}
figure{margin:0;min-width:0;max-width:29rem}
figure h3{margin:0 0 .25rem}
figcaption{margin-top:.35rem}
svg.plot{display:block;width:100%;height:auto;color:var(--ink)}
svg.plot *{stroke-linejoin:round;stroke-linecap:butt}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:.25rem 0;padding:0;
font-size:.88rem}
.legend li{display:flex;align-items:center;gap:.4rem;min-width:0}
.legend svg{flex:none;width:26px;height:10px}
.flow{display:grid;gap:0;max-width:34rem;margin:1rem 0;padding:0;list-style:none}
.flow .step{border:1px solid var(--five);background:var(--panel);padding:.55rem .9rem;
text-align:center}
.flow .step b,.flow .aside b{font-variant-numeric:tabular-nums}
.flow .arrow{display:flex;align-items:center;justify-content:center;min-height:2.6rem;
position:relative}
.flow .arrow::before{content:"";position:absolute;left:25%;top:0;bottom:.4rem;
border-left:2px solid var(--five)}
.flow .arrow::after{content:"";position:absolute;left:calc(25% - .3rem + 1px);bottom:0;
border:.3rem solid transparent;border-top:.45rem solid var(--five);border-bottom:0}
.flow .fork::before{right:25%;border-right:2px solid var(--five)}
.flow .fork i{position:absolute;right:calc(25% - .3rem + 1px);bottom:0;
border:.3rem solid transparent;border-top:.45rem solid var(--five);border-bottom:0}
.flow .aside{margin:.4rem 0 .6rem calc(25% + .2rem);width:calc(75% - .2rem);font-size:.9rem;
padding:.3rem .7rem;border:1px dashed var(--five);position:relative;background:var(--paper)}
.flow .aside::before{content:"";position:absolute;right:100%;top:50%;width:.2rem;
border-top:2px dashed var(--five)}
.flow .ends{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.flow .ends .step{border-width:2px}
.flow .ends .train{border-color:var(--one)}
.flow .ends .test{border-color:var(--two)}
.bar{display:block;width:6rem;height:.65rem;background:var(--line);margin:.25rem 0 .3rem auto}
.bar i{display:block;height:100%;background:var(--one);width:calc(var(--share)*100%)}
details{margin:.75rem 0}
summary{cursor:pointer;color:var(--link);padding:.3rem 0}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.3rem 1.2rem;margin:.75rem 0}
dt{color:var(--muted)}
dd{margin:0;min-width:0;overflow-wrap:anywhere}
code{font:.88em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
footer{margin-top:3rem;padding-bottom:3rem}
footer p{border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:32rem){
main,header,footer{padding-left:1rem;padding-right:1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.25rem}
.flow .arrow:not(.fork)::before{left:10%}
.flow .arrow:not(.fork)::after{left:calc(10% - .3rem + 1px)}
.flow .fork::before{right:25%;border-right:2px solid var(--five)}
.flow .fork i{position:absolute;right:calc(25% - .3rem + 1px);bottom:0;
border:.3rem solid transparent;border-top:.45rem solid var(--five);border-bottom:0}
.flow .aside{margin-left:calc(10% + .2rem);width:calc(90% - .2rem)}
.figures{gap:1.5rem}
td.words{min-width:7.5rem}
td.name,th.name{min-width:6.2rem}
dl{grid-template-columns:1fr;gap:.1rem}dd{margin-bottom:.5rem}
}
@page{size:A4;margin:16mm 14mm}
@media print{
body{font-size:10.5pt}
main,header,footer{max-width:none;padding:0}
h1{font-size:20pt}h2{font-size:14pt;margin-top:18pt}h3{font-size:11pt}
h2,h3,caption{break-after:avoid}
figure,tr,.verdict,.tiles,.flow,dl>*{break-inside:avoid}
thead{display:table-header-group}
.figures{grid-template-columns:1fr 1fr;gap:12pt 16pt}
.scroll{overflow:visible}
table{font-size:8.5pt;max-width:100%}
td.number,th.number,td.short,th.short{white-space:normal}
td.words{min-width:0}
td,th{padding:.22rem .35rem .22rem 0}
td.name,th.name{min-width:4.5rem}
td small{font-size:6.5pt;white-space:nowrap}
body{line-height:1.4}
.flow{max-width:26rem;font-size:9pt}
.flow .arrow{min-height:1.8rem}
.legend,figcaption,.note{font-size:8.5pt}
nav,details:not([open]){display:none}
a{color:inherit;text-decoration:none}
body,.step,.tiles li,.verdict,td,.bar,.bar i{print-color-adjust:exact;
-webkit-print-color-adjust:exact}
}
"""


def style_sheet() -> str:
    """The whole sheet; on paper always the light colours."""
    light = f":root{{color-scheme:light dark;{variables('light')}}}"
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{variables('dark')}}}}}"
    return light + dark + _RULES.replace("\n", "")
