import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import type { NamedWarning } from '../../know/support.js'
import type { ModelContents } from '../../model-file/contents.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import type { SystemContext } from '../host.js'
import type { PreparedTable } from '../prepare.js'
import type { Ruled } from '../rules/ruled-rows.js'
import type { DrawnRows, Stretch, TableFit } from './options.js'

/** What a kind of model of tables does. */
export interface TableKind<Model, Fitted = Model> {
  /** As model files name it. */
  readonly kind: string
  /** Whether it draws stretches of longer draws. */
  readonly inStretches?: boolean
  fit(table: RawTable, options: TableFit, context: SystemContext): Promise<Fitted>
  draw(model: Model, request: Stretch, context: SystemContext): Promise<DrawnRows>
  /** What a model learned from, as it would write it itself. */
  written(model: Model): WrittenTable
  save(model: Model): ModelContents
  load(contents: ModelContents, context: Pick<SystemContext, 'engine' | 'host'>): Model | Promise<Model>
}

/** What a kind of models does with rows that are ready to be modelled, and knows nothing of rules. */
export interface RowsKind<Model, Fitted = Model> {
  /** As model files name it. */
  readonly kind: string
  /** Whether it draws stretches of longer draws. */
  readonly inStretches?: boolean
  fit(rows: PreparedTable & Ruled, options: TableFit, context: SystemContext): Promise<Fitted>
  draw(model: Model, request: Stretch & { readonly rows: number }, context: Context): Promise<DrawnRows>
  /** What is said of drawn rows beside those that a model learned from, both as they are written: rules are put back. */
  warnings?(real: Table, drawn: Table): Promise<readonly NamedWarning[]>
  /** What a model learned from, as it would call it itself. */
  training(model: Model): Table
  /** How the columns that it draws are written. */
  formats(model: Model): readonly ColumnFormat[]
  save(model: Model): ModelContents
  load(contents: ModelContents, context: Pick<SystemContext, 'engine' | 'host'>): Model | Promise<Model>
}
