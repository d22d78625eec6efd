/** The look of a report: a paper's supplement, in light, dark and print. Real and synthetic are Okabe and Ito's blue and vermilion. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --soft: #5a5a5a; --line: #d4d4d0; --shade: #f5f5f1; --real: #0072b2; --synthetic: #d55e00; --positive: #1b7837; --negative: #762a83; --good: #1b7837; --fair: #946200; --poor: #b3261e }
@media (prefers-color-scheme: dark) { :root { --paper: #161718; --ink: #e8e6e1; --soft: #a9a7a1; --line: #3b3d40; --shade: #202224; --real: #56b4e9; --synthetic: #f0884a; --positive: #7fbf7b; --negative: #c2a5cf; --good: #7fbf7b; --fair: #e0b050; --poor: #ff8a80 } }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --shade: #f5f5f1; --real: #0072b2; --synthetic: #d55e00; --positive: #1b7837; --negative: #762a83; --good: #1b7837; --fair: #946200; --poor: #b3261e } @page { margin: 16mm 14mm } body { font-size: 9.5pt; padding: 0 !important } figure, tr, .panel { break-inside: avoid } h2 { break-after: avoid } a { color: inherit !important; text-decoration: none } }
* { box-sizing: border-box }
body { overflow-wrap: break-word; margin: 0 auto; padding: 3rem 1.5rem 5rem; max-width: 62rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 "Iowan Old Style", "Palatino Linotype", Palatino, "TeX Gyre Pagella", "Source Serif 4", Georgia, "DejaVu Serif", serif; font-variant-numeric: lining-nums; hyphens: manual }
header { border-bottom: 2px solid var(--ink); margin-bottom: 2rem; padding-bottom: 1.2rem }
.kicker { margin: 0; color: var(--soft); font-variant-caps: all-small-caps; letter-spacing: .06em }
h1 { margin: .1rem 0 1rem; font-size: 1.9rem; line-height: 1.2; font-weight: 600 }
h2 { margin: 2.6rem 0 .8rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; font-weight: 600 }
p { max-width: 44rem; margin: .6rem 0 }
small { font-size: .82em; color: var(--soft); white-space: nowrap }
code, pre { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .84em }
pre { margin: .8rem 0 0; padding: .6rem .8rem; background: var(--shade); border-left: 3px solid var(--line); white-space: pre-wrap }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2.4rem; margin: .8rem 0 }
.facts dt { color: var(--soft); font-size: .82rem }
.facts dd { margin: 0; font-variant-numeric: tabular-nums lining-nums; overflow-wrap: anywhere }
.verdict { margin: 0 0 1.4rem; padding-left: 1rem; border-left: 3px solid var(--ink); font-size: 1.08rem; max-width: 46rem }
.verdict.good { border-color: var(--good) } .verdict.fair { border-color: var(--fair) } .verdict.poor { border-color: var(--poor) }
.verdict p { margin: .25rem 0 }
.verdict h3 { margin: .7rem 0 .1rem; font-size: .88rem; font-weight: 600; color: var(--soft) } .verdict h3 + ul { margin: 0; padding-left: 1.1rem; font-size: .98rem }
.key { font-size: .9rem; color: var(--soft) }
.key i, figcaption i.real, figcaption i.synthetic { display: inline-block; width: .75em; height: .75em; margin: 0 .3em 0 .1em; border-radius: 1px; vertical-align: baseline }
.swatch { white-space: nowrap }
i.real { background: var(--real) } i.synthetic { background: var(--synthetic) }
figure { margin: 1.6rem 0 }
figcaption, caption { color: var(--ink); font-size: .9rem; line-height: 1.45; max-width: 46rem }
figcaption { margin-top: .7rem }
caption { caption-side: top; text-align: left; padding-bottom: .5rem; max-width: min(46rem, calc(100vw - 3rem)) }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(var(--panel, 260px), 100%), 1fr)); gap: 1.1rem 1.4rem; align-items: start }
.panel { min-width: 0 }
.panel-head { display: flex; flex-direction: column; padding-bottom: .15rem; font-size: .84rem; line-height: 1.35 }
.panel-head strong { font-weight: 600; overflow-wrap: anywhere }
.panel-head span { color: var(--soft); font-variant-numeric: tabular-nums lining-nums }
.panel .key { font-size: .8rem; line-height: 1.3 }
.pair { display: grid; gap: 0 }
svg.plot { display: block; width: 100%; height: auto; overflow: visible; color: var(--ink); --plot-background: var(--paper); font-family: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif }
svg.plot text { white-space: pre }
figure > svg.plot { max-width: 44rem }
.table { overflow-x: auto; margin: 1.4rem 0 }
table { width: 100%; border-collapse: collapse; border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); font-size: .88rem; line-height: 1.4 }
thead th { border-bottom: 1px solid var(--ink); font-weight: 600; vertical-align: bottom }
th, td { padding: .32rem .8rem .32rem 0; text-align: left; vertical-align: top }
tbody tr + tr > * { border-top: 1px solid var(--line) }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 10rem }
.number { text-align: right; font-variant-numeric: tabular-nums lining-nums; white-space: nowrap }
td:last-child, th:last-child { padding-right: 0 } td:last-child { overflow-wrap: anywhere }
thead .number { white-space: normal }
.grade { font-family: "DejaVu Sans", sans-serif } .grade.good { color: var(--good) } .grade.fair { color: var(--fair) } .grade.poor { color: var(--poor) }
@media screen and (max-width: 40rem) { .stacked tr { display: grid; grid-template-columns: 1fr 4.5rem 7.5rem; padding: .4rem 0 } .stacked tr > * { padding: 0; min-width: 0 } .stacked tbody tr + tr > * { border-top: 0 } .stacked tbody tr + tr { border-top: 1px solid var(--line) } .stacked tr > :nth-child(n + 4) { grid-column: 1 / -1; padding-top: .25rem } .stacked thead tr > :nth-child(n + 4) { display: none } }
ul { padding-left: 1.2rem; max-width: 46rem } li { margin: .25rem 0 }
footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem }
`
