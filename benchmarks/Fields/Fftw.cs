using System;
using System.Runtime.InteropServices;

namespace Toolkit.Benchmarks.Fields;

/// <summary>
/// FFTW's real transforms of three dimensions on one thread, where the machine has its library (Debian: libfftw3-double3), to be timed
/// beside.
/// </summary>
internal sealed unsafe class Fftw : IDisposable
{
    private const uint Measure = 0, Estimate = 1 << 6;

    private static readonly nint Library =
        NativeLibrary.TryLoad("libfftw3.so.3", out nint found) || NativeLibrary.TryLoad("libfftw3-3", out found) ? found : 0;

    private readonly double* _real, _complex;
    private readonly void* _plan;

    /// <summary>Plans a forward transform of n³ numbers.</summary>
    /// <param name="n">Points along each axis.</param>
    /// <param name="measure">Try out what is fastest, which takes long, instead of guessing.</param>
    internal Fftw(int n, bool measure)
    {
        _real = (double*)NativeMemory.AlignedAlloc((nuint)n * (nuint)n * (nuint)n * 8, 64);
        _complex = (double*)NativeMemory.AlignedAlloc((nuint)n * (nuint)n * (nuint)(n / 2 + 1) * 16, 64);
        _plan = ((delegate* unmanaged<int, int, int, double*, double*, uint, void*>)Function("fftw_plan_dft_r2c_3d"))(
            n, n, n, _real, _complex, measure ? Measure : Estimate);
        for (nint k = 0; k < (nint)n * n * n; k++)
            _real[k] = k % 17 - 8;
    }

    /// <summary>Whether the library is there.</summary>
    internal static bool IsThere => Library != 0;

    private static void* Function(string name) => (void*)NativeLibrary.GetExport(Library, name);

    /// <summary>Transforms.</summary>
    internal void Run() => ((delegate* unmanaged<void*, void>)Function("fftw_execute"))(_plan);

    public void Dispose()
    {
        ((delegate* unmanaged<void*, void>)Function("fftw_destroy_plan"))(_plan);
        NativeMemory.AlignedFree(_real);
        NativeMemory.AlignedFree(_complex);
    }
}
