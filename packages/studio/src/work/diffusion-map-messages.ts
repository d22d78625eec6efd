import type { Fault, TableFacts } from './messages.js'

export type ToDiffusionMap = { readonly kind: 'open'; readonly blob: Blob; readonly name: string }

export type FromDiffusionMap =
  | { readonly kind: 'opened'; readonly facts: TableFacts }
  | { readonly kind: 'refused'; readonly during: 'open'; readonly fault: Fault }
