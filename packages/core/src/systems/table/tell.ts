import { eachRule } from '../../code/rules/families.js'
import { parseRule } from '../../code/rules/parse-rule.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import type { Matrix } from '../../num/matrix.js'
import type { Table } from '../../table/table.js'
import { type Fact, facts, type Telling, type Topic, together } from '../../tell/telling.js'
import { tellSupport } from '../drawn/support.js'
import type { ConditionalReport } from '../global/condition-report.js'
import { trainingTable } from '../global/model.js'
import type { PosteriorReport } from '../global/posterior-report.js'
import { tellConditional, tellGlobal, tellPosterior } from '../global/tell.js'
import type { ClassedField } from '../local/classes.js'
import type { LocalModel } from '../local/model.js'
import type { LocalPosteriorReport } from '../local/posterior-report.js'
import { tellLocal, tellLocalPosterior } from '../local/tell.js'
import { tellPanel } from '../panel/tell.js'
import { rulesKept, tellRules } from '../rules/tell-rules.js'
import { tellStretch } from '../stretch/tell.js'
import { tellKept } from './keeping-by-drawing.js'
import type { LatentDraw, LatentTableModel } from './latent.js'
import { type LatentLocalModel, trainingLatents } from './latent-local.js'
import type { DrawnRows, TableModel } from './options.js'
import { tellOrder } from './ordered.js'
import { tellCodec } from './tell-codec.js'
import { allKeysOf, tellKeys } from './tell-keys.js'
import { tellPrivate } from './tell-private.js'
import { tellRefined } from './tell-refined.js'
import { tellUnique } from './unique.js'
import { wholeTable } from './whole.js'

type Draws = Pick<LatentDraw, 'seed' | 'noise' | 'steps' | 'start' | 'dynamics'>

/** Rows of such a model, and what is said of them. */
interface ToldRows extends ToldReports {
  /** With which options they were drawn. */
  readonly draws?: Draws | undefined
  /** Coordinates behind rows of a latent model [n, K]. */
  readonly latents?: Matrix | undefined
  readonly refined?: DrawnRows['refined']
  readonly near?: DrawnRows['near']
}

/** The reports of the four ways to draw what is known: at most one of them. */
interface ToldReports {
  readonly conditional?: ConditionalReport | undefined
  readonly posterior?: PosteriorReport | LocalPosteriorReport | undefined
  readonly conditions?: DrawnRows['conditions']
}

/** What a model of a table says; with rows, what it says of them. */
export function tellTable(model: TableModel, rows: ToldRows = {}): Telling {
  const draws = rows.draws ? [tellDraws(model, rows.draws, rows)] : []
  const texts = rulesKept(model)
  const rules = texts ? [tellRules(texts)] : []
  const allKeys = allKeysOf(model)
  const keys = allKeys.length > 0 ? [tellKeys(...allKeys)] : []
  const order = model.order ? [tellOrder(model.order, (texts ?? []).flatMap(eachRule).map(parseRule))] : []
  const unique = model.unique ? [tellUnique(model.unique)] : []
  const again = model.again ? [tellKept(model.again, texts)] : []
  const kept = model.privacy ? [tellPrivate(model.privacy, rows.near)] : []
  const refined = model.refinement ? [tellRefined(model.refinement, rows.refined)] : []
  return together(
    tellModel(model, rows.latents),
    ...rules,
    ...keys,
    ...order,
    ...again,
    ...unique,
    ...kept,
    ...refined,
    ...tellKnown(rows, rows.posterior ? columnsOf(model) : []),
    ...draws
  )
}

function tellModel(model: TableModel, drawn: Matrix | undefined): Telling {
  if ('heads' in model) return tellPanel(model)
  if ('series' in model) return tellStretch(model)
  if ('classes' in model) return tellLocal(model.summary, numbersOf(model))
  if (!('codec' in model)) return 'graph' in model ? tellLocal(model.summary, namesOf(model)) : tellGlobal(model.summary)
  const { codec } = model.summary
  if (isLocal(model)) {
    const { inner, summary } = model
    return together(tellCodec(codec, { real: trainingLatents(model), drawn }), tellLocal(summary, namesOf(inner)))
  }
  const ratio = model.summary.bandwidth?.ratio
  return together(tellCodec(codec, { real: model.inner.training.rows.coordinates, drawn, ratio }), tellGlobal(model.summary))
}

function isLocal(model: LatentTableModel | LatentLocalModel): model is LatentLocalModel {
  return 'graph' in model.inner
}

const numbersOf = ({ encoder }: ClassedField): string[] =>
  encoder.columns.flatMap(({ name, carries }) => (carries === 'coordinate' || carries === 'constant' ? [name] : []))

const namesOf = ({ encoder }: LocalModel): string[] => encoder.columns.map(({ name }) => name)

/** Only their kinds are looked at, where times are shown. */
function columnsOf(model: TableModel): Table['columns'] {
  return 'training' in model ? wholeTable(model, trainingTable(model)).table.columns : []
}

/** What is known of rows: all that reads the four reports, behind one record. `columns`: of the table. */
export function tellKnown({ conditional, posterior, conditions }: ToldReports, columns?: Table['columns']): Telling[] {
  if (conditional) return [tellConditional(conditional)]
  if (posterior) return ['sweeps' in posterior ? tellLocalPosterior(posterior) : tellPosterior(posterior, columns)]
  return conditions ? [tellEach(conditions)] : []
}

const DECODER: Fact = { name: 'known through', value: 'the decoder', aside: 'what it cannot reproduce counts as noise' }
const RULES: Fact = { name: 'known through', value: 'the rules', aside: 'each condition was drawn on its own' }

/** Rows of conditions that were drawn one after the other, through a decoder or rules. */
function tellEach(conditions: NonNullable<DrawnRows['conditions']>): Telling {
  const each = conditions.map((one) => ('candidates' in one ? { ...one, matchingRows: one.candidates } : one))
  const through = conditions.some((one) => 'through' in one) ? RULES : DECODER
  const warnings = conditions.flatMap((one) => one.warnings)
  return tellSupport({ conditions: each, facts: [through], warnings }, { conditions })
}

/** How rows were drawn: what is known of them brings steps of its own. */
function tellDraws(model: TableModel, draws: Draws, { conditional, posterior, conditions }: ToldReports): Telling {
  const known = conditional?.steps ?? (posterior && 'steps' in posterior ? posterior.steps : conditions?.[0]?.steps)
  const local = 'graph' in model || 'classes' in model || ('codec' in model && isLocal(model))
  const { seed, dynamics, ...asked } = draws
  const usual = local || 'heads' in model || 'series' in model ? {} : { noise: 'covariance', start: 'data', steps: USUAL_STEPS.rows }
  const made: Record<string, string | number | undefined> = {
    seed,
    dynamics,
    ...usual,
    ...asked,
    ...(known === undefined ? {} : { steps: known })
  }
  if (dynamics === 'bridge') delete made.noise
  return { json: made, topics: [drawTopic(made, usual)], warnings: [], notes: [] }
}

/** `usual`: settings that nobody need ask for. */
function drawTopic(made: Readonly<Record<string, string | number | undefined>>, usual: typeof made = {}): Topic {
  const told = Object.entries(made).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value), usual: usual[name] === value }]
  )
  return { id: 'draws', title: 'How they were drawn', blocks: [facts(...told)] }
}

/** The seed of a fit, which needs no other word. */
export function tellSeed(seed: number): Telling {
  return { json: { seed }, topics: [drawTopic({ seed })], warnings: [], notes: [] }
}
