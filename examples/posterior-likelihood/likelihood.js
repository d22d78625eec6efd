// A penguin on a scale that a gust of wind shook: the error has heavy tails (Student's t with 3 degrees of freedom).
const READING = 4100
const SCALE = 120

export function logLikelihood(row) {
  if (row.body_mass_g === null) return Number.NEGATIVE_INFINITY
  const t = (row.body_mass_g - READING) / SCALE
  return -2 * Math.log(1 + (t * t) / 3)
}

// Optional; steps are then aimed at what was observed.
export function gradient(row) {
  const t = (row.body_mass_g - READING) / SCALE
  return { body_mass_g: (-4 * t) / (3 + t * t) / SCALE }
}
