using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Simd;

/// <summary>
/// Where kernels of one size come from that <see cref="VectorEmitter{T}"/> writes: from the runtime, or, where it compiles nothing,
/// from those that were compiled ahead of time.
/// </summary>
internal static class EmittedKernels
{
    private static readonly Dictionary<string, Delegate> Ready = [];

    /// <summary>Whether the processor has the instructions that kernels are made of.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>Whether the runtime compiles kernels.</summary>
    public static bool CanCompile => RuntimeFeature.IsDynamicCodeSupported && IsSupported;

    /// <summary>Whether kernels were compiled ahead of time.</summary>
    public static bool AreReady => Ready.Count > 0;

    /// <summary>Takes kernels as text instead of having them compiled; null: nobody does.</summary>
    public static IKernelWriter? Writer { get; set; }

    /// <summary>Makes a kernel that was compiled ahead of time known; before any is asked for.</summary>
    public static void Add(string name, Delegate kernel) => Ready.Add(name, kernel);

    /// <summary>A kernel, or null where it can neither be compiled nor was.</summary>
    /// <param name="name">Its own among all: what it does and for which sizes.</param>
    /// <param name="arguments">Pointers, and whole numbers.</param>
    /// <param name="registers">How many variables hold vectors.</param>
    /// <param name="write">Writes it.</param>
    public static TDelegate? Get<T, TDelegate>(string name, Type[] arguments, int registers, Action<VectorEmitter<T>> write)
        where T : unmanaged
        where TDelegate : Delegate
    {
        if (Writer is null && !CanCompile) return (TDelegate?)Ready.GetValueOrDefault(name);
        VectorEmitter<T> to = Begin<T>(name, arguments, registers);
        write(to);
        return to.End<TDelegate>();
    }

    /// <summary>Whether there is a kernel of that name that was compiled ahead of time, or is to be.</summary>
    public static bool Has(string name) => Writer is not null || Ready.ContainsKey(name);

    /// <summary>Begins a kernel by its name, whoever compiles it.</summary>
    public static VectorEmitter<T> Begin<T>(string name, Type[] arguments, int registers)
        where T : unmanaged =>
        Writer is not null ? Writer.Begin<T>(name, arguments, registers)
        : Ready.TryGetValue(name, out Delegate? kernel) ? new ReadyEmitter<T>(kernel)
        : Compiling<T>(arguments, registers);

    /// <summary>Begins a kernel that the runtime compiles, where it does.</summary>
    private static VectorEmitter<T> Compiling<T>(Type[] arguments, int registers)
        where T : unmanaged =>
        RuntimeFeature.IsDynamicCodeSupported ? new RuntimeEmitter<T>(arguments, registers)
            : throw new PlatformNotSupportedException("no code is compiled here");
}

/// <summary>Takes kernels as text.</summary>
internal interface IKernelWriter
{
    /// <summary>Begins a kernel.</summary>
    VectorEmitter<T> Begin<T>(string name, Type[] arguments, int registers)
        where T : unmanaged;
}
