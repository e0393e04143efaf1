using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Fourier;

namespace Toolkit.Benchmarks.Fields;

/// <summary>The real Fourier transform of three dimensions, one thread, beside FFTW where the machine has it.</summary>
public class FourierBenchmarks
{
    private readonly RealTransform3 _transform = new(128, 128, 128);
    private readonly double[] _values, _re, _im;

    /// <summary>Prepares the workload.</summary>
    public FourierBenchmarks()
    {
        _values = RandomNumbers.Create(_transform.RealLength, 1);
        (_re, _im) = (new double[_transform.TransformLength], new double[_transform.TransformLength]);
    }

    /// <summary>128³ points.</summary>
    [Benchmark]
    public void Forward() => _transform.Forward(_values, _re, _im);

    internal static IEnumerable<Row> Summary()
    {
        foreach (int n in (int[])[64, 128, 256])
        {
            RealTransform3 transform = new(n, n, n);
            double[] x = RandomNumbers.Create(transform.RealLength, n), re = new double[transform.TransformLength],
                im = new double[re.Length];
            string size = $"{n}³ float64";
            if (!Fftw.IsThere)
            {
                yield return new Row("real Fourier transform", size, Clock.Microseconds(() => transform.Forward(x, re, im), 1) / 1e3, "ms");
                continue;
            }
            foreach (bool measure in (bool[])[false, true])
            {
                using Fftw other = new(n, measure);
                (double time, double theirs) = Clock.Beside(() => transform.Forward(x, re, im), other.Run, 1);
                yield return new Row("real Fourier transform", size, time / 1e3, "ms", theirs / 1e3,
                    measure ? "FFTW, measured plan" : "FFTW, estimated plan");
            }
        }
    }
}
