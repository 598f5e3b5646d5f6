/* Preloaded before libtorch: MKL then takes its AVX-512 path on processors of other makers too.
 * cc -shared -fPIC -o mkl_intel.so mkl_intel.c; LD_PRELOAD=./mkl_intel.so python uniad_step.py */
int mkl_serv_intel_cpu_true(void) { return 1; }
