import type { NamedWarning } from '../know/support.js'
import type { ModelContents } from '../model-file/contents.js'
import type { Matrix } from '../num/matrix.js'
import type { CellStyle } from '../table/present.js'
import type { RawTable } from '../table/raw.js'
import type { Table } from '../table/table.js'
import type { Telling } from '../tell/telling.js'
import type { Host, SystemContext } from './host.js'
import { refuseCombinations } from './options/combinations.js'
import { checkField, type Field, namesOf, refuseUnknown } from './options/fields.js'

/** A part of a job's work, as it is told of while it runs. */
export interface Stage {
  readonly stage: string
  /** Query-point pairs, an upper estimate. */
  readonly pairs: number
}

/** Sizes and work of a job before it runs: what is shown of progress are its stages. */
export interface Plan {
  readonly stages: readonly Stage[]
  readonly pairs: number
  readonly rowCount: number
  readonly columnCount: number
  /** Coordinates that kernels compare. */
  readonly dimension: number
  readonly drawnRows: number
  /** Working memory in bytes, besides the process itself. */
  readonly bytes: number
  /** Points on which a pair is timed, every so many of them; or the number of coordinates of made-up ones. */
  readonly timed: ((every: number) => Matrix) | number
  /** Whether pairs are those of plain TypeScript in one thread, whatever the engine. */
  readonly plain?: boolean
  /** Seconds besides pairs, and besides those that any job takes. Default none. */
  readonly besides?: number | undefined
  /** What will be done that a person may want to know before, in sentences. Default nothing. */
  readonly notes?: readonly string[]
}

/** The stages with their sum. */
export function planned(stages: readonly Stage[]): Pick<Plan, 'stages' | 'pairs'> {
  return { stages, pairs: stages.reduce((sum, { pairs }) => sum + pairs, 0) }
}

/** A plan of these stages. Where nothing else is said kernels compare as many coordinates as there are columns, and pairs are timed at as many. */
export function planOf(
  stages: readonly Stage[],
  size: Pick<Plan, 'rowCount' | 'columnCount' | 'drawnRows' | 'bytes'> & Partial<Pick<Plan, 'dimension' | 'timed' | 'plain' | 'besides'>>
): Plan {
  const { columnCount, dimension = columnCount } = size
  return { ...planned(stages), timed: dimension, ...size, dimension }
}

/** What every answer says. */
export interface Answer {
  readonly warnings: readonly NamedWarning[]
}

/** An answer to be told of. */
export interface ToTell<Told, Request> {
  readonly answer: Told
  readonly request: Request
  /** Also pictures that take draws of their own. */
  readonly pictures?: boolean
}

/**
 * What every room of models satisfies. `Options` are those of a fit, `Request` those of a draw; both are plain data but for
 * functions that a caller may hand in.
 */
export interface System<Input, Options, Model, Request, Told extends Answer> {
  /** What it is, in the plural: `tables`. */
  readonly name: string
  /** The kinds of models that it fits, as model files name them. */
  readonly kinds: readonly string[]
  /** Its options, each described once: flags, checks, docs and forms are made from these. */
  readonly fields: { readonly fit: readonly Field[]; readonly draw: readonly Field[]; readonly know: readonly Field[] }
  /** Options besides the fields, for programs only. */
  readonly also: { readonly fit: readonly string[]; readonly draw: readonly string[] }
  /** Whether a model is one of its own. */
  holds(model: object): model is Model & object
  kindOf(model: Model): string
  /** The options that tell one kind of its models from another: a draw may need them. */
  fittedWith(kind: string): Readonly<Record<string, unknown>>
  /** Options with the files and modules that they name read. */
  readOptions(options: Options, host: Host): Promise<Options>
  readRequest(request: Request, host: Host): Promise<Request>
  /** The options with which to fit for one request. Refuses what is impossible of it before the fit, which may take long. */
  optionsFor(input: Input, options: Options, request: Request): Options
  plan(source: { readonly input: Input; readonly options: Options } | { readonly model: Model }, request?: Request): Plan
  fit(input: Input, options: Options, context: SystemContext): Promise<Model>
  draw(model: Model, request: Request, context: SystemContext): Promise<Told>
  /**
   * The rows of a draw some at a time: the bytes of `draw`, of which no more than a stretch stands in memory; undefined where they
   * cannot be had so, or are few. Throws as `draw` does.
   */
  stretches?(model: Model, request: Request, context: SystemContext): AsyncIterable<Told> | undefined
  /** An answer as raw columns. */
  present(model: Model, answer: Told, cells: CellStyle): RawTable
  /** What a model says; with an answer, what it says of that: for terminal, `--json`, report and studio. */
  tell(model: Model, drawn?: ToTell<Told, Request>): Telling
  /** What a model learned from, as the model itself would call it. */
  training(model: Model): Table
  /** What was decided; plain JSON. */
  summary(model: Model): object & { readonly notes: readonly string[] }
  save(model: Model): ModelContents
  load(contents: ModelContents, context: Pick<SystemContext, 'engine' | 'host'>): Model | Promise<Model>
}

// biome-ignore lint/suspicious/noExplicitAny: the registry holds systems of different types; each is used with its own.
export type AnySystem = System<any, any, any, any, any>

/** Refuses options that the fields do not know, values that they do not accept, and what does not go together. */
export function checkOptions(fields: readonly Field[], options: object, { also, given, host }: OptionCheck): void {
  refuseUnknown(options, [...namesOf(fields), ...also])
  for (const field of fields) checkField(field, (options as Record<string, unknown>)[field.name])
  refuseCombinations(fields, { ...given, ...options }, host?.spell)
}

interface OptionCheck {
  readonly also: readonly string[]
  /** Options that a model was fitted with. */
  readonly given?: Readonly<Record<string, unknown>>
  readonly host?: Host | undefined
}

/** Fits a model: refuses what the fields refuse, reads what the options name. Throws `InputError`, `StopError`. */
export async function fitModel<Input, Options extends object, Model, Request, Told extends Answer>(
  system: System<Input, Options, Model, Request, Told>,
  { input, options }: { readonly input: Input; readonly options: Options },
  context: SystemContext
): Promise<Model> {
  checkOptions(system.fields.fit, options, { also: system.also.fit, host: context.host })
  return system.fit(input, await system.readOptions(options, context.host ?? {}), context)
}

/** Draws from a model, likewise. */
export async function drawModel<Input, Options, Model, Request extends object, Told extends Answer>(
  system: System<Input, Options, Model, Request, Told>,
  { model, request }: { readonly model: Model; readonly request: Request },
  context: SystemContext
): Promise<Told> {
  const { fields, also, fittedWith, kindOf } = system
  const given = fittedWith(kindOf(model))
  checkOptions([...fields.draw, ...fields.know], request, { also: also.draw, given, host: context.host })
  return system.draw(model, await system.readRequest(request, context.host ?? {}), context)
}
