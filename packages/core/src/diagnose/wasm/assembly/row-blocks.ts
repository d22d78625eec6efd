// Rows that stand together, one coordinate after another, so that vectors hold a coordinate of several rows.

/** Rows of a block, and bytes of one coordinate of them. */
export const BLOCK: i32 = 8
export const BYTES: usize = 64

/** Puts rows [n, d] into blocks [⌈n/8⌉, d, 8]; `fill` stands for rows that the last block has not. */
export function intoBlocks(raw: usize, blocks: usize, rows: i32, columns: i32, fill: f64): void {
  for (let start = 0; start < rows; start += BLOCK) {
    for (let k = 0; k < columns; k++) {
      const to = blocks + (<usize>(start * columns + k * BLOCK) << 3)
      for (let j = 0; j < BLOCK; j++) {
        const row = start + j
        store<f64>(to + (<usize>j << 3), row < rows ? load<f64>(raw + (<usize>(row * columns + k) << 3)) : fill)
      }
    }
  }
}
