import type { Evaluation } from '@sbridge/core'
import { countText, type Likeness } from '@sbridge/core/internal'
import { VERSION } from '../version.js'
import { type Section, section } from './blocks.js'
import { html } from './html.js'

/** Where the numbers of a report come from. */
export interface Provenance {
  /** When it was written: YYYY-MM-DD. */
  readonly date?: string | undefined
  /** The files that were read, and the SHA-256 of their bytes. */
  readonly files?: readonly { readonly name: string; readonly sha256: string }[] | undefined
}

interface FootParts {
  /** A paragraph to copy. */
  readonly methods: string
  readonly provenance: Provenance
  readonly command?: string | undefined
}

/** What a paper needs: version, date, command, fingerprints of the data, a paragraph on methods and a citation. */
export function footSection({ provenance: { date, files = [] }, command, methods }: FootParts): Section {
  const entries: (readonly [string, string])[] = [
    ['sbridge version', VERSION],
    ...(date ? [['Date', date] as const] : []),
    ...(command ? [['Command and options', command] as const] : []),
    ...files.map(({ name, sha256 }) => [`SHA-256 of ${name}`, sha256] as const)
  ]
  return section(
    'methods',
    'Methods and citation',
    html`<ul>${entries.map(([name, value]) => html`<li>${name}: <code>${value}</code></li>`)}</ul>`,
    html`<p>${methods}</p>`,
    html`<p>To cite:</p><pre><code>${citation(date)}</code></pre>`
  )
}

interface Compared {
  readonly evaluation: Evaluation
  /** The comparison of rows that a second fit had not seen. */
  readonly heldOut?: Likeness | undefined
  /** Whether the rows were drawn here, or came with the data. */
  readonly drawnHere: boolean
}

/** The program and the papers behind it, as a paragraph on methods names them. */
const PROGRAM = `sbridge ${VERSION} (training-free generative modelling with Schrödinger bridges; Gottwald, Li, Marzouk and Reich, 2024)`

/** Methods of what is told without a comparison: what was made, from what. */
export const methodsOf = (made: string): string => `${made} with ${PROGRAM}. The figures and settings of this report say how.`

/** Methods of a comparison of synthetic with real rows. */
export function methodsOfComparison({ evaluation, heldOut, drawnHere }: Compared): string {
  const { rows, splits, columns, classifierRelations } = heldOut ?? evaluation
  const made = drawnHere
    ? `${countText(evaluation.rows.synthetic)} synthetic rows were drawn with ${PROGRAM} from a table of ${countText(evaluation.rows.real)} rows and ${Object.keys(columns).length} columns.`
    : `${countText(rows.synthetic)} synthetic rows were compared with ${countText(rows.real)} real rows of ${Object.keys(columns).length} columns with sbridge ${VERSION}.`
  const judged = heldOut
    ? ` For the measures of quality, a second fit with the same options left out a random half of the rows, which was compared with as many rows drawn from that fit.`
    : ''
  const relations =
    classifierRelations.length > 0
      ? `, given the columns and ${classifierRelations.length} differences, ratios and places in days and weeks of them`
      : ''
  const floors =
    splits > 0 ? ` Every measure stands beside its floor, the same measure between random halves of the real rows (${splits} splits).` : ''
  return `${made}${judged} Measures: energy distance, sliced Wasserstein-2 distance, squared maximum mean discrepancy, the area under the curve of a random forest of 150 trees, each row judged by those that have not seen it${relations}, ratio of nearest-neighbour distances, copies, coverage and density, distances of marginals, errors of associations, and rules that all real rows obey, or all but a few.${floors}`
}

/** As CITATION.cff has it. */
export function citation(date: string | undefined): string {
  const year = date?.slice(0, 4)
  return [
    `the sbridge authors: sbridge, version ${VERSION}${year ? ` (used ${date})` : ''}.`,
    'Gottwald, G. A., Li, F., Marzouk, Y., Reich, S.: Stable generative modelling using Schrödinger bridges. arXiv:2401.04372 (2024).'
  ].join('\n')
}
