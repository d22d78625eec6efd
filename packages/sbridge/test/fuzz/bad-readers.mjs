// Readers with the mistakes that the loop is there to find.

let call = -2
/** The number of the mutant, after one read of the valid file. */
const number = () => ++call

export const subjects = {
  endless: {
    files: async () => [Uint8Array.of(1)],
    read: async () => {
      if (number() === 1) for (;;);
    }
  },
  wrong: {
    files: async () => [Uint8Array.of(1)],
    read: async () => {
      if (number() === 2) throw new TypeError('of no use')
    }
  },
  greedy: {
    files: async () => [Uint8Array.of(1)],
    read: async () => {
      if (number() < 0) return
      const kept = []
      for (;;) kept.push(new Uint8Array(2 ** 24).fill(1))
    }
  }
}

export function expected() {
  return false
}
