using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Simd;

/// <summary>Writes a kernel as code that the runtime compiles at its first call.</summary>
/// <remarks>
/// Only the processor's own instructions are called: other methods are inlined, if at all, at the price of more variables,
/// and above about 8,000 uses of variables the compiler stops optimising.
/// </remarks>
[RequiresDynamicCode("emits code")]
internal sealed unsafe class RuntimeEmitter<T> : VectorEmitter<T>
    where T : unmanaged
{
    private static readonly Type Vector = typeof(Vector512<T>);
    private static readonly Type[] Two = [Vector, Vector], Three = [Vector, Vector, Vector];

    private static readonly MethodInfo
        LoadMethod = typeof(Avx512F).GetMethod("LoadVector512", [typeof(T*)])!,
        StoreMethod = typeof(Avx512F).GetMethod("Store", [typeof(T*), Vector])!,
        ScalarMethod = (typeof(T) == typeof(double) ? typeof(Sse2) : typeof(Sse)).GetMethod("LoadScalarVector128", [typeof(T*)])!,
        BroadcastMethod = typeof(Avx512F).GetMethod("BroadcastScalarToVector512", [typeof(Vector128<T>)])!,
        ZeroMethod = typeof(Vector512<T>).GetProperty("Zero")!.GetMethod!,
        MultiplyMethod = typeof(Avx512F).GetMethod("Multiply", Two)!,
        AddMethod = typeof(Avx512F).GetMethod("Add", Two)!,
        SubtractMethod = typeof(Avx512F).GetMethod("Subtract", Two)!,
        MultiplyAddMethod = typeof(Avx512F).GetMethod("FusedMultiplyAdd", Three)!,
        SubtractProductMethod = typeof(Avx512F).GetMethod("FusedMultiplyAddNegated", Three)!,
        NegativeSumMethod = typeof(Avx512F).GetMethod("FusedMultiplySubtractNegated", Three)!;

    private readonly DynamicMethod _method;
    private readonly LocalBuilder[] _registers;
    private readonly ILGenerator _il;
    private Label _top;

    /// <summary>Begins a method without result; registers are variables that hold vectors.</summary>
    public RuntimeEmitter(Type[] arguments, int registers)
    {
        _method = new DynamicMethod("kernel", typeof(void), arguments, typeof(RuntimeEmitter<T>).Module, true) { InitLocals = false };
        _il = _method.GetILGenerator(1 << 15);
        _registers = Enumerable.Range(0, registers).Select(_ => _il.DeclareLocal(Vector)).ToArray();
    }

    public override TDelegate End<TDelegate>()
    {
        _il.Emit(OpCodes.Ret);
        return _method.CreateDelegate<TDelegate>();
    }

    public override void Get(int register) => _il.Emit(OpCodes.Ldloc, _registers[register]);

    public override void Set(int register) => _il.Emit(OpCodes.Stloc, _registers[register]);

    public override void Load(int pointer, int at)
    {
        Address(pointer, at);
        _il.Emit(OpCodes.Call, LoadMethod);
    }

    public override void Broadcast(int pointer, int at)
    {
        Address(pointer, at);
        _il.Emit(OpCodes.Call, ScalarMethod);
        _il.Emit(OpCodes.Call, BroadcastMethod);
    }

    public override void Zero() => _il.Emit(OpCodes.Call, ZeroMethod);

    public override void Store(int pointer, int at, int register)
    {
        Address(pointer, at);
        Get(register);
        _il.Emit(OpCodes.Call, StoreMethod);
    }

    public override void Multiply() => _il.Emit(OpCodes.Call, MultiplyMethod);

    public override void Add() => _il.Emit(OpCodes.Call, AddMethod);

    public override void Subtract() => _il.Emit(OpCodes.Call, SubtractMethod);

    public override void MultiplyAdd() => _il.Emit(OpCodes.Call, MultiplyAddMethod);

    public override void SubtractProduct() => _il.Emit(OpCodes.Call, SubtractProductMethod);

    public override void NegativeSum() => _il.Emit(OpCodes.Call, NegativeSumMethod);

    public override void Advance(int pointer, int elements)
    {
        Address(pointer, elements);
        _il.Emit(OpCodes.Starg, (short)pointer);
    }

    public override void Advance(int pointer, int bytes, int times)
    {
        if (times == 0) return;
        _il.Emit(OpCodes.Ldarg, (short)pointer);
        _il.Emit(OpCodes.Ldarg, (short)bytes);
        if (Math.Abs(times) > 1)
        {
            _il.Emit(OpCodes.Ldc_I4, Math.Abs(times));
            _il.Emit(OpCodes.Conv_I);
            _il.Emit(OpCodes.Mul);
        }

        _il.Emit(times > 0 ? OpCodes.Add : OpCodes.Sub);
        _il.Emit(OpCodes.Starg, (short)pointer);
    }

    public override void Begin()
    {
        _top = _il.DefineLabel();
        _il.MarkLabel(_top);
    }

    public override void Again(int times)
    {
        _il.Emit(OpCodes.Ldarg, (short)times);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Starg, (short)times);
        _il.Emit(OpCodes.Ldarg, (short)times);
        _il.Emit(OpCodes.Brtrue, _top);
    }

    private void Address(int pointer, int at)
    {
        _il.Emit(OpCodes.Ldarg, (short)pointer);
        if (at == 0) return;
        _il.Emit(OpCodes.Ldc_I4, at * sizeof(T));
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
    }
}
