/** Injection token of the compiled rule set. */
export const RULES = Symbol('fraud-router.rules');
