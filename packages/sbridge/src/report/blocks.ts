import { type Grade, type MeasureLine, numberText } from '@sbridge/core/internal'
import { Html, type HtmlValue, html } from './html.js'

/** A part of a report with a heading. */
export interface Section {
  /** Anchor: letters, digits and hyphens. */
  readonly id: string
  readonly title: string
  readonly body: Html
}

/** A section from its parts. */
export function section(id: string, title: string, ...body: readonly HtmlValue[]): Section {
  return { id, title, body: html`${body}` }
}

/** Stands for the number of a figure or table until the page is put together; data cannot contain it, since `<` is escaped. */
const NUMBER = '<!--number-->'

interface FigureParts {
  /** One or more sentences below the figure. */
  readonly caption: HtmlValue
  readonly body: HtmlValue
  /** Puts the panels of `body` side by side, each at least this many pixels wide. */
  readonly panelWidth?: number
}

/** A numbered figure with a caption; numbers are given in the order of the page. */
export function figure({ caption, body, panelWidth }: FigureParts): Html {
  const panels = panelWidth === undefined ? body : html`<div class="panels" style="--panel:${panelWidth}px">${body}</div>`
  return html`<figure>${panels}<figcaption><b>Figure ${new Html(NUMBER)}.</b> ${caption}</figcaption></figure>`
}

/** One drawing among others of a figure, with its own small heading and a line of numbers. */
export function panel(heading: HtmlValue, detail: HtmlValue, drawing: HtmlValue): Html {
  return html`<div class="panel"><div class="panel-head"><strong>${heading}</strong>${detail ? html`<span>${detail}</span>` : ''}</div>${drawing}</div>`
}

/** What the rows of both tables are called. */
export interface Sides {
  readonly real: string
  readonly synthetic: string
}

export const REAL_AND_SYNTHETIC: Sides = { real: 'real', synthetic: 'synthetic' }

/** One drawing, or one a side, with its own small heading, a line of numbers, and in words what it leaves out. */
export interface Panel {
  readonly title: string
  readonly detail: string
  readonly drawings: readonly Html[]
  /** Of the drawings, where there are several: they have one scale. */
  readonly widths?: readonly number[] | undefined
  readonly remarks: readonly string[]
}

export function panelHtml({ title, detail, drawings, widths, remarks }: Panel): Html {
  const columns = widths?.map((width) => `${width}fr`).join(' ')
  const body =
    columns && drawings.length > 0 ? html`<div class="pair" style="grid-template-columns:${columns}">${drawings}</div>` : html`${drawings}`
  return panel(title, detail, html`${body}${remarks.map((remark) => html`<div class="key">${remark}</div>`)}`)
}

interface TableParts {
  readonly caption: HtmlValue
  /** Headings; those that end in `#` head columns of numbers. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly HtmlValue[])[]
  /** `stacked`: on a narrow screen, cells from the fourth on stand below the others. */
  readonly narrow?: 'stacked'
}

/** A numbered table; the first cell of every row is its heading. */
export function table({ caption, head, rows, narrow }: TableParts): Html {
  const numeric = head.map((heading) => heading.endsWith('#'))
  // The first column heads the rows, numbers too.
  const kind = (c: number) => (c > 0 && numeric[c] ? html` class="number"` : '')
  const headings = head.map((heading, c) => html`<th scope="col"${kind(c)}>${heading.replace(/#$/, '')}</th>`)
  const lines = rows.map(
    (cells) => html`<tr>${cells.map((cell, c) => (c === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(c)}>${cell}</td>`))}</tr>\n`
  )
  return html`<div class="table${narrow ? ` ${narrow}` : ''}"><table><caption><b>Table ${new Html(NUMBER)}.</b> ${caption}</caption><thead><tr>${headings}</tr></thead><tbody>
${lines}</tbody></table></div>`
}

const MARKS: Readonly<Record<Grade, string>> = { good: '●', fair: '◐', poor: '○', plain: '' }

/** Measures beside their floors, each with a sentence on what it means. */
export function measureTable(caption: HtmlValue, lines: readonly MeasureLine[]): Html {
  const rows = lines.map((line) => [
    line.name,
    html`<strong>${numberText(line.value)}</strong>`,
    html`${numberText(line.floor)}${line.floorRange ? html`<br><small>${numberText(line.floorRange[0])} to ${numberText(line.floorRange[1])}</small>` : ''}`,
    line.reading === '' ? '' : html`<span class="grade ${line.grade}" aria-hidden="true">${MARKS[line.grade]}</span> ${line.reading}`,
    line.meaning
  ])
  return table({ caption, head: ['Measure', 'Value#', 'Floor#', 'Reading', 'What it means'], rows, narrow: 'stacked' })
}

/** Names and values, one below the other. */
export function facts(entries: readonly (readonly [string, HtmlValue])[]): Html {
  return html`<dl class="facts">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** Puts the sections one after another and numbers their figures and tables. */
export function joinSections(sections: readonly Section[]): Html {
  let figures = 0
  let tables = 0
  const joined = html`${sections.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>\n${body}\n</section>\n`)}`
  const numbered = joined.text.replace(
    /(Figure|Table) <!--number-->/g,
    (_, kind: string) => `${kind} ${kind === 'Figure' ? ++figures : ++tables}`
  )
  return new Html(numbered)
}
