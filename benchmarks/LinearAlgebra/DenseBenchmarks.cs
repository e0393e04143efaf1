using System;
using System.Collections.Generic;
using System.Numerics;
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

    /// <summary>A = L Lᵀ, with a copy of A, which the factor overwrites; the summary leaves out the copy.</summary>
    [Benchmark]
    public void Factor()
    {
        CopyPositive();
        FactorInPlace();
    }

    /// <summary>All eigenvalues and vectors of AᵀA.</summary>
    [Benchmark]
    public void Eigen() => SymmetricEigen.Decompose<double>(N, _symmetric, N, _values, _c, Threads);

    private void CopyPositive()
    {
        _a.AsSpan().CopyTo(_c);
        for (int i = 0; i < N; i++)
            _c[i * N + i] = 2.0 * N;
    }

    private void FactorInPlace() => Cholesky.Factor<double>(N, _c, N, Threads);

    // Right-hand sides that are solved again and again in place shrink until their arithmetic is slow.
    private void CopyRightHandSides() => _b.AsSpan().CopyTo(_x);

    private void Solve() => Cholesky.Solve<double>(N, _c, N, N, _x, N, Threads);

    internal static IEnumerable<Row> Summary()
    {
        foreach (int threads in new[] { 1, 2 })
        {
            DenseBenchmarks b = new() { N = 1000, Threads = threads }, large = new() { N = 2000, Threads = threads };
            b.Setup();
            large.Setup();
            double n3 = Math.Pow(b.N, 3);
            string load = $"n = 1000, {threads} thread{(threads > 1 ? "s" : "")}";
            yield return Measure<double>("dense product", "f64, " + load, threads, 2 * n3, b.Product);
            yield return Measure<double>("Gram matrix", "f64, " + load, threads, n3, b.Gram);
            yield return Measure<double>("Cholesky", "f64, " + load, threads, n3 / 3, b.FactorInPlace, b.CopyPositive);
            yield return Measure<double>(
                "Cholesky solve, n right-hand sides", "f64, " + load, threads, 2 * n3, b.Solve, b.CopyRightHandSides);
            yield return new("eigenvalues and vectors", "f64, " + load, 1e-3 * Clock.Microseconds(b.Eigen, 0), "ms");
            float[] x = Array.ConvertAll(b._a, v => (float)v), y = Array.ConvertAll(b._b, v => (float)v);
            float[] z = new float[x.Length];
            yield return Measure<float>("dense product", "f32, " + load, threads, 2 * n3,
                () => Dense.Multiply<float>(b.N, b.N, b.N, x, y, z, threads));
            yield return Measure<double>("Cholesky", "f64, " + load.Replace("1000", "2000", StringComparison.Ordinal), threads,
                8 * n3 / 3, large.FactorInPlace, large.CopyPositive);
        }
    }

    private static Row Measure<T>(string kernel, string workload, int threads, double flops, Action action, Action? prepare = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double microseconds, double peak) = MachineLimits.PeakBeside<T>(threads, action, 1, prepare);
        return new(kernel, workload, flops / microseconds * 1e-3, "GFlop/s", peak, "register-only peak");
    }
}
