/** The few functions of jStat that `special-functions.ts` uses; the package brings no types. */
declare module 'jstat' {
  const jstat: {
    readonly jStat: {
      ibeta(x: number, a: number, b: number): number;
      lowRegGamma(a: number, x: number): number;
      readonly beta: { inv(p: number, a: number, b: number): number };
      readonly gamma: { inv(p: number, shape: number, scale: number): number };
      readonly normal: {
        inv(p: number, mean: number, sd: number): number;
        cdf(x: number, mean: number, sd: number): number;
      };
    };
  };
  export default jstat;
}
