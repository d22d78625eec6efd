import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sliceTable, stackTables } from '@sbridge/core/internal'
import type { Table } from '@sbridge/core/tables'
import { outputError } from './atomic-file.js'
import { packPlain, unpackPlain } from './plain-data.js'
import { begin, end } from './temporary.js'

interface Piece {
  readonly first: number
  readonly rowCount: number
  /** Where its bytes stand in the file. */
  readonly at: number
  readonly length: number
}

/**
 * Rows that stand in a file without a name, which is gone as soon as nobody has it open, however the process ends. They are added
 * some at a time, and come back so; of them only what was last read stands in memory.
 */
export class SpilledRows {
  readonly #file: number
  readonly #path: string
  readonly #pieces: Piece[] = []
  #end = 0
  #held: { readonly piece: Piece; readonly table: Table } | undefined

  /** Throws `InputError` where no file can be made in the folder. */
  constructor(folder: string) {
    this.#path = join(folder, `.sbridge-${randomBytes(8).toString('hex')}.tmp`)
    // Named while it has a name: an interrupt may come in between.
    begin(this.#path)
    try {
      this.#file = this.#orSay(() => openSync(this.#path, 'wx+'))
      unlinkSync(this.#path)
    } finally {
      end(this.#path)
    }
  }

  get rowCount(): number {
    const last = this.#pieces.at(-1)
    return last ? last.first + last.rowCount : 0
  }

  /** Throws `InputError` where there is no space left. */
  add(table: Table): void {
    const bytes = packPlain(table)
    const piece = { first: this.rowCount, rowCount: table.rowCount, at: this.#end, length: bytes.length }
    this.#orSay(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done, bytes.length - done, this.#end + done)
    })
    this.#end += bytes.length
    this.#pieces.push(piece)
  }

  /** Rows [from, to). */
  rows(from: number, to: number): Table {
    const parts = this.#pieces
      .filter(({ first, rowCount }) => first < to && first + rowCount > from)
      .map((piece) => sliceTable(this.#read(piece), Math.max(0, from - piece.first), Math.min(piece.rowCount, to - piece.first)))
    return parts.length === 1 ? parts[0]! : stackTables(parts)
  }

  close(): void {
    closeSync(this.#file)
  }

  #read(piece: Piece): Table {
    if (this.#held?.piece === piece) return this.#held.table
    const bytes = new Uint8Array(piece.length)
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.#file, bytes, done, bytes.length - done, piece.at + done)
      if (read === 0) throw new Error('a temporary file that ends early')
      done += read
    }
    const table = unpackPlain(bytes) as Table
    this.#held = { piece, table }
    return table
  }

  #orSay<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw outputError(this.#path, error)
    }
  }
}
