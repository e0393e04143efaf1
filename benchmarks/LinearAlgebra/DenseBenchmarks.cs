using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Machine;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Benchmarks.LinearAlgebra;

/// <summary>Dense products, Cholesky factors and eigenvalues of n × n matrices.</summary>
public class DenseBenchmarks
{
    private double[] _a = [], _b = [], _c = [], _x = [], _symmetric = [], _values = [];

    /// <summary>Rows and columns.</summary>
    [Params(200, 1000)]
    public int N { get; set; }

    /// <summary>At most so many threads.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Fills the inputs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        (_a, _b, _c) = (RandomNumbers.Create(N * N, 1), RandomNumbers.Create(N * N, 2), new double[N * N]);
        (_x, _symmetric, _values) = (new double[N * N], new double[N * N], new double[N]);
        Dense.AddGram(N, N, 1.0, _a, N, 0.0, _symmetric, N);
    }

    /// <summary>C = A B.</summary>
    [Benchmark]
    public void Product() => Dense.Multiply<double>(N, N, N, _a, _b, _c, Threads);

    /// <summary>The lower triangle of C = AᵀA.</summary>
    [Benchmark]
    public void Gram() => Dense.AddGram(N, N, 1.0, _a, N, 0.0, _c, N, Threads);

    /// <summary>A = L Lᵀ (with the copy of A).</summary>
    [Benchmark]
    public void Factor()
    {
        _a.AsSpan().CopyTo(_c);
        for (int i = 0; i < N; i++)
        {
            _c[i * N + i] = 2.0 * N;
        }

        Cholesky.Factor<double>(N, _c, N, Threads);
    }

    /// <summary>All eigenvalues and vectors of AᵀA.</summary>
    [Benchmark]
    public void Eigen() => SymmetricEigen.Decompose<double>(N, _symmetric, N, _values, _c, Threads);

    // With a copy of the right-hand sides: solved again and again in place they would shrink until their arithmetic is slow.
    private void Solve()
    {
        _b.AsSpan().CopyTo(_x);
        Cholesky.Solve<double>(N, _c, N, N, _x, N, Threads);
    }

    internal static IEnumerable<Row> Summary()
    {
        const string Unit = "GFlop/s", Peak = "register-only peak";
        foreach (int threads in new[] { 1, 2 })
        {
            DenseBenchmarks b = new() { N = 1000, Threads = threads };
            b.Setup();
            double n3 = Math.Pow(b.N, 3) * 1e-9, peak = MachineLimits.Peak<double>(threads);
            string load = $"f64, n = {b.N}, {threads} thread{(threads > 1 ? "s" : "")}";
            yield return new("dense product", load, 2 * n3 / (1e-6 * Clock.Microseconds(b.Product)), Unit, peak, Peak);
            yield return new("Gram matrix", load, n3 / (1e-6 * Clock.Microseconds(b.Gram)), Unit, peak, Peak);
            yield return new("Cholesky", load, n3 / 3 / (1e-6 * Clock.Microseconds(b.Factor)), Unit, peak, Peak);
            yield return new("Cholesky solve, n right-hand sides", load, 2 * n3 / (1e-6 * Clock.Microseconds(b.Solve)), Unit, peak, Peak);
            yield return new("eigenvalues and vectors", load, 1e-3 * Clock.Microseconds(b.Eigen, 0), "ms");
            float[] x = Array.ConvertAll(b._a, v => (float)v), y = Array.ConvertAll(b._b, v => (float)v);
            float[] z = new float[x.Length];
            double seconds = 1e-6 * Clock.Microseconds(() => Dense.Multiply<float>(b.N, b.N, b.N, x, y, z, threads));
            yield return new("dense product", load.Replace("f64", "f32", StringComparison.Ordinal), 2 * n3 / seconds,
                Unit, MachineLimits.Peak<float>(threads), Peak);
            DenseBenchmarks large = new() { N = 2000, Threads = threads };
            large.Setup();
            yield return new("Cholesky", load.Replace("1000", "2000", StringComparison.Ordinal),
                8 * n3 / 3 / (1e-6 * Clock.Microseconds(large.Factor, 1)), Unit, peak, Peak);
        }
    }
}
