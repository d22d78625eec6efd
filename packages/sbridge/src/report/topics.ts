import type { Telling } from '@sbridge/core'
import {
  type Block,
  capital,
  cellText,
  countText,
  type Fact,
  type Figure,
  factText,
  notesTogether,
  type TableOf,
  type Topic
} from '@sbridge/core/internal'
import { VERSION } from '../version.js'
import { facts, figure, joinSections, panel, type Section, section, table } from './blocks.js'
import { drawingSvg } from './drawing.js'
import { footSection, methodsOf, type Provenance } from './foot.js'
import { type Html, html } from './html.js'
import { page } from './page.js'

/** A topic of a telling as a part of a report. */
export function topicSection({ id, title, blocks }: Topic): Section {
  return section(id, title, ...blocks.map(blockHtml))
}

export function notesSection(notes: readonly string[]): Section[] {
  return notes.length === 0 ? [] : [section('notes', 'Notes', html`<ul>${notesTogether(notes).map((note) => html`<li>${note}</li>`)}</ul>`)]
}

/** Warnings that are listed; a list of conditions can have one each. */
const MOST_WARNINGS = 50

/** What a reader of the report must know who never saw the terminal. */
export function warningsSection(warnings: Telling['warnings']): Section[] {
  if (warnings.length === 0) return []
  const more = warnings.length - MOST_WARNINGS
  const items = warnings.slice(0, MOST_WARNINGS).map(({ name, message }) => html`<li><code>${name}</code>: ${message}</li>`)
  const cut = more > 0 ? html`<p>And ${countText(more)} more; --json names them all.</p>` : ''
  return [section('warnings', 'Warnings', html`<div class="verdict poor"><ul>${items}</ul>${cut}</div>`)]
}

function blockHtml(block: Block): Html {
  switch (block.kind) {
    case 'said':
      return html`<div class="verdict">${block.sentences.map(paragraph)}</div>`
    case 'explained':
      return html`${block.sentences.map(paragraph)}`
    case 'facts':
      return factList(block.facts)
    case 'table':
      return tableHtml(block)
    case 'figure':
      return figureHtml(block)
  }
}

const paragraph = (sentence: string): Html => html`<p>${sentence}</p>`

/** Names and values; values of one name, as rules, stand below each other without it. */
function factList(all: readonly Fact[]): Html {
  if (all.length > 1 && all.every(({ name }) => name === all[0]!.name))
    return html`<ul>${all.map((fact) => html`<li>${factText(fact)}</li>`)}</ul>`
  return facts(all.map((fact) => [capital(fact.name), factText(fact)] as const))
}

function tableHtml({ caption, head, rows }: TableOf): Html {
  return table({ caption, head: head.map(capital), rows: rows.map((cells) => cells.map(cellText)) })
}

function figureHtml({ caption, key = {}, drawings }: Figure): Html {
  const swatches = Object.entries(key).map(([side, words]) => html` <span class="swatch"><i class="${side}"></i>${words}</span>`)
  const [first] = drawings
  const bare = drawings.length === 1 && !first!.name
  const body = bare ? drawingSvg(first!) : drawings.map((one) => panel(one.name, one.detail, drawingSvg(one)))
  const panelWidth = bare ? {} : { panelWidth: first!.size[0] }
  return figure({ caption: html`${caption}${swatches}`, body, ...panelWidth })
}

interface PageOf {
  readonly title: string
  /** What kind of report it is. */
  readonly kicker: string
  readonly telling: Telling
  /** What was made from what, below the title. */
  readonly entries: readonly (readonly [string, string])[]
  /** The exact command that wrote it. */
  readonly command?: string | undefined
  /** What was made from what, as a sentence on methods begins: `100 trajectories were drawn`. */
  readonly made: string
  readonly provenance: Provenance
}

/** A telling as one HTML page that loads nothing. */
export function tellingPage({ title, kicker, telling, entries, command, made, provenance }: PageOf): string {
  const foot = footSection({ methods: methodsOf(made), provenance, command })
  const sections = [...warningsSection(telling.warnings), ...telling.topics.map(topicSection), ...notesSection(telling.notes), foot]
  return page({ title, kicker, entries: [...entries, ['sbridge', VERSION]], command, body: joinSections(sections) })
}
