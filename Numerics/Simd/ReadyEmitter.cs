using System;

namespace Toolkit.Numerics.Simd;

/// <summary>Stands for a kernel that was compiled ahead of time: what is written is let go, so that whoever writes kernels does all else
/// that belongs to them alike.</summary>
/// <param name="kernel">The kernel.</param>
internal sealed class ReadyEmitter<T>(Delegate kernel) : VectorEmitter<T>
    where T : unmanaged
{
    public override void Get(int register) { }

    public override void Set(int register) { }

    public override void Load(int pointer, int at) { }

    public override void Broadcast(int pointer, int at) { }

    public override void Zero() { }

    public override void Store(int pointer, int at, int register) { }

    public override void Multiply() { }

    public override void Add() { }

    public override void Subtract() { }

    public override void MultiplyAdd() { }

    public override void SubtractProduct() { }

    public override void NegativeSum() { }

    public override void Advance(int pointer, int elements) { }

    public override void Advance(int pointer, int bytes, int times) { }

    public override void Begin() { }

    public override void Again(int times) { }

    public override TDelegate End<TDelegate>() => (TDelegate)kernel;
}
