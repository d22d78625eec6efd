// Readers with the mistakes that the loop is there to find.

let call
/** The number of the mutant, after one read of the valid file. */
const number = () => ++call
/** The valid file, with which a job begins. */
const files = async () => {
  call = -2
  return [Uint8Array.of(1)]
}

export const subjects = {
  endless: {
    files,
    read: async () => {
      if (number() === 1) for (;;);
    }
  },
  wrong: {
    files,
    read: async () => {
      if (number() === 2) throw new TypeError('of no use')
    }
  },
  greedy: {
    files,
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
