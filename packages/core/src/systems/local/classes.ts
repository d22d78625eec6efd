import { defined } from '../../num/defined.js'
import type { Encoded, Encoder } from '../../table/encoder.js'
import type { NumericScaler } from '../../table/scaling.js'
import type { LocalModel, LocalSummary } from './model.js'

/** Rows of a table that have all their categories in common, and the field that they are drawn from. */
export interface FieldClass {
  /** Of every factor [K]. */
  readonly levels: Int32Array
  /** Its training rows. */
  readonly rows: Uint32Array
  /** Place among the model's fields. */
  readonly field: number
  /** Where the field is shared by classes of few rows: what is added to each of its columns, by name. */
  readonly shift?: Readonly<Record<string, number>>
}

/** A table of numbers and categories: a localised model for each class of rows. */
export interface ClassedField {
  /** Of the whole table. */
  readonly encoder: Encoder
  readonly rows: Encoded
  readonly fields: readonly LocalModel[]
  readonly classes: readonly FieldClass[]
  readonly summary: ClassedSummary
}

/** The summary of the field of the largest class, of all rows, and the classes. Plain JSON. */
export interface ClassedSummary extends LocalSummary {
  readonly classes: readonly ClassSummary[]
}

export interface ClassSummary {
  /** `season=wet`. */
  readonly words: string
  readonly rowCount: number
  /** Whether it shares the field of classes of few rows. */
  readonly shared: boolean
}

/** The localised model of a class: its own field, or the shared one with its columns moved. */
export function fieldOf({ fields, encoder }: Pick<ClassedField, 'fields' | 'encoder'>, { field, shift }: FieldClass): LocalModel {
  const own = fields[field]!
  if (!shift) return own
  const columns = own.encoder.columns.map((code) => {
    const by = shift[code.name]!
    if (code.carries === 'constant') return { ...code, value: code.value + by }
    if (code.carries !== 'coordinate') return code
    const { lattice: _, byLevel: _b, ...rest } = code
    const of = whole(encoder, code.name)
    return { ...rest, scaler: moved(code.scaler, by, of?.scaler), ...defined({ lattice: of?.lattice }) }
  })
  return { ...own, encoder: { ...own.encoder, columns } }
}

/** The column in the encoder of all rows, where it varies. */
const whole = ({ columns }: Encoder, name: string) => {
  const code = columns.find((one) => one.name === name)
  return code?.carries === 'coordinate' ? code : undefined
}

/** Values that are not negative in the whole table are so in each class. */
function moved(scaler: NumericScaler, by: number, of: NumericScaler | undefined): NumericScaler {
  // Hours do not move with a level.
  if (scaler.method === 'quantile') return { ...scaler, knots: scaler.knots.map((x) => x + by), clock: false }
  const nonNegative = of?.method === 'standard' ? of.nonNegative : of !== undefined && of.knots[0]! >= 0
  return { ...scaler, centre: scaler.centre + by, nonNegative }
}

/** `season=wet, station=north`. */
export function wordsOf({ columns, kinds }: Encoder, levels: Int32Array): string {
  return columns
    .flatMap((code, c) => (code.carries === 'factor' ? [`${code.name}=${kinds[c]!.levels![levels[code.factor]!] ?? ''}`] : []))
    .join(', ')
}
