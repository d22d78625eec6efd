import { notesTogether } from './alike.js'
import { numberText } from './numbers.js'

/**
 * What a model or an answer says, as plain data. Lines of a terminal, keys of `--json`, the report and the studio are made
 * from it, so that each thing is computed and worded once.
 */
export interface Telling {
  /** Keys of `--json`. */
  readonly json: Readonly<Record<string, unknown>>
  /** Parts of a report; lines of a terminal are the facts in them. */
  readonly topics: readonly Topic[]
  /** Stable names, and sentences. */
  readonly warnings: readonly { readonly name: string; readonly message: string }[]
  /** What a reader should know, in sentences. */
  readonly notes: readonly string[]
  /** To be known before any measure is read: that rows were drawn under a condition. */
  readonly caution?: string | undefined
}

/** A part of a report with a heading. */
export interface Topic {
  /** Anchor: letters, digits and hyphens. */
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export type Block = Sentences | Facts | TableOf | Figure

/** Sentences of which each is a line of a terminal; or, where they only explain, a paragraph of a report. */
interface Sentences {
  readonly kind: 'said' | 'explained'
  readonly sentences: readonly string[]
}

export interface Facts {
  readonly kind: 'facts'
  readonly facts: readonly Fact[]
}

/** A name and a value. */
export interface Fact {
  readonly name: string
  readonly value: number | string
  readonly unit?: string | undefined
  /** What qualifies the value, in a few words. */
  readonly aside?: string | undefined
  /** What it means, where the name does not say it. */
  readonly meaning?: string | undefined
  /** Whether it says what nobody asked for and what went as it always goes: a page and `info` have it, lines of a verb do not. */
  readonly usual?: boolean | undefined
}

export type Cell = number | string | null | undefined

export interface TableOf {
  readonly kind: 'table'
  readonly caption: string
  /** Headings; those that end in `#` head columns of numbers. */
  readonly head: readonly string[]
  /** The first cell of every row is its heading. */
  readonly rows: readonly (readonly Cell[])[]
  /** What stands before the heading where each row is a line of a terminal too. */
  readonly said?: string | undefined
}

/** Whose numbers they are: those of the data, of what was drawn, or neither's. */
export type Side = 'real' | 'synthetic' | 'plain'

/** How a value stands to what is to be expected. */
export type Grade = 'good' | 'fair' | 'poor' | 'plain'

/** One drawing or several side by side, with a caption. */
export interface Figure {
  readonly kind: 'figure'
  readonly caption: string
  /** What the two colours are. */
  readonly key?: Partial<Readonly<Record<Side, string>>> | undefined
  readonly drawings: readonly Drawing[]
}

/** Numbers to be drawn, and how. */
export interface Drawing {
  /** What it shows, in words. */
  readonly label: string
  /** Heading among other drawings of a figure. */
  readonly name?: string | undefined
  readonly detail?: string | undefined
  /** Width and height in pixels. */
  readonly size: readonly [number, number]
  readonly x: Axis
  readonly y: Axis
  /** Later ones lie on earlier ones. */
  readonly marks: readonly Mark[]
}

export interface Axis {
  readonly label?: string | undefined
  readonly log?: boolean | undefined
  readonly domain?: readonly [number, number] | undefined
  /** About as many, or these. */
  readonly ticks?: number | readonly number[] | undefined
  /** Words at 0, 1, …, in place of numbers. */
  readonly names?: readonly string[] | undefined
  /** Largest value first. */
  readonly reverse?: boolean | undefined
}

export interface Point {
  readonly x: number
  readonly y: number
}

export type Mark =
  | {
      readonly kind: 'line'
      readonly side: Side
      readonly points: readonly (Point & { readonly line?: number })[]
      readonly thin?: boolean
    }
  | { readonly kind: 'dots'; readonly side: Side; readonly points: readonly Point[]; readonly hollow?: boolean; readonly text?: string }
  | { readonly kind: 'cloud' | 'crosses' | 'stems'; readonly side: Side; readonly points: readonly Point[] }
  /** Dots whose colour goes from dark to light with a value. */
  | { readonly kind: 'shaded'; readonly points: readonly (Point & { readonly value: number })[] }
  | {
      readonly kind: 'area'
      readonly side: Side
      readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[]
    }
  | {
      readonly kind: 'bars'
      readonly side: Side
      readonly points: readonly { readonly from: number; readonly to: number; readonly y: number }[]
    }
  /** Squares of side 1 around points, deeper where a value between 0 and 1 is larger. */
  | { readonly kind: 'squares'; readonly side: Side; readonly points: readonly (Point & { readonly value: number })[] }
  /** Directions as shares of width and height, the longest of length 1. */
  | { readonly kind: 'arrows'; readonly points: readonly (Point & { readonly right: number; readonly up: number })[] }
  | {
      readonly kind: 'rule'
      readonly side: Side
      readonly along: 'x' | 'y'
      readonly at: number
      readonly text?: string
      readonly dashed?: boolean
    }

/** A fact's value with its unit, and what qualifies it. */
export function factText({ value, unit, aside }: Fact): string {
  const text = typeof value === 'number' ? numberText(value) : value
  return `${text}${unit ? ` ${unit}` : ''}${aside ? ` (${aside})` : ''}`
}

export function said(...sentences: readonly string[]): Sentences {
  return { kind: 'said', sentences }
}

export function explained(...sentences: readonly string[]): Sentences {
  return { kind: 'explained', sentences }
}

export function facts(...all: readonly (Fact | undefined)[]): Facts {
  return { kind: 'facts', facts: all.filter((fact) => fact !== undefined) }
}

/** One telling of several: of a codec and what stands behind it, of a model and its answer. */
export function together(...parts: readonly Telling[]): Telling {
  return {
    json: Object.assign({}, ...parts.map(({ json }) => json)),
    topics: parts.flatMap(({ topics }) => topics),
    warnings: parts.flatMap(({ warnings }) => warnings),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
    caution: parts.find(({ caution }) => caution !== undefined)?.caution
  }
}

/** Warnings of one name that are told before it is said how many more there are. */
const MOST_WARNINGS = 10
/** Rows of a table that become lines. */
const MOST_LINES = 40
/** Facts that do: rules of many columns can be as many as these. */
const MOST_FACTS = 20
/** Characters of a fact on a terminal: some four of its lines. */
const LONGEST_LINE = 320

/** A telling as lines of a terminal: a fact each, then notes, and warnings where who reads a terminal looks: at the end. `brief` leaves usual facts out. */
export function linesOf({ topics, warnings, notes }: Pick<Telling, 'topics' | 'warnings' | 'notes'>, { brief = false } = {}): string[] {
  const blocks = topics.flatMap((topic) => topic.blocks)
  return [
    ...(brief ? blocks.map(withoutUsual) : blocks).flatMap(blockLines),
    ...notesTogether(notes).map((note) => `note: ${note}`),
    ...warnings.slice(0, MOST_WARNINGS).map(({ name, message }) => `warning ${name}: ${message}`),
    ...(warnings.length > MOST_WARNINGS ? [`and ${warnings.length - MOST_WARNINGS} more warnings; --json names them all`] : [])
  ].map(inLine)
}

const withoutUsual = (block: Block): Block =>
  block.kind === 'facts' ? { ...block, facts: block.facts.filter(({ usual }) => !usual) } : block

/** Text with names and cells in it, as it keeps to its line and leaves a terminal as it was. */
export function inLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '\uFFFD')
}

function blockLines(block: Block): readonly string[] {
  if (block.kind === 'said') return block.sentences
  if (block.kind === 'facts')
    return firstLines(
      block.facts.map((fact) => cut(`${fact.name}: ${factText(fact)}`)),
      MOST_FACTS
    )
  if (block.kind !== 'table' || block.said === undefined) return []
  const heads = block.head.map((heading) => heading.replace(/#$/, ''))
  const lines = block.rows.map(([name, ...cells]) => {
    const words = cells.flatMap((cell, k) => {
      if (cell === null || cell === undefined || cell === '') return []
      return [heads[k + 1] === 'value' ? cellText(cell) : `${heads[k + 1]} ${cellText(cell)}`]
    })
    return `${block.said}${name}: ${words.join(', ')}`
  })
  return firstLines(lines, MOST_LINES)
}

function firstLines(lines: readonly string[], most: number): readonly string[] {
  const more = lines.length - most
  return more > 0 ? [...lines.slice(0, most), `and ${more} more; --json names them all`] : lines
}

/** A line that somebody may read to its end: a rule can name a hundred categories. */
const cut = (line: string): string =>
  line.length <= LONGEST_LINE
    ? line
    : `${line.slice(0, LONGEST_LINE).replace(/\s+\S*$/, '')} … (${line.length} characters; --json has them all)`

/** A cell of a table as it is read. */
export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : numberText(cell)
}

/** A name at the head of something on a page: names begin small, as lines of a terminal do; Greek letters and single letters stay as they are. */
export function capital(name: string): string {
  return name.replace(/^[a-z](?=[a-z])/, (letter) => letter.toUpperCase())
}
