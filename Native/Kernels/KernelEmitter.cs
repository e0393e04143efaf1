using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Toolkit.Numerics.Simd;

namespace Toolkit.Kernels;

/// <summary>Writes one kernel as the body of a method in C#: what is pushed stands as an expression until it is popped.</summary>
internal sealed class KernelEmitter<T> : VectorEmitter<T>
    where T : unmanaged
{
    private readonly Action<string, string> _end;
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _stack = [];
    private readonly string _vector = $"Vector512<{NameOf(typeof(T))}>";
    private string _indent = "        ";

    public KernelEmitter(Type[] arguments, int registers, Action<string, string> end)
    {
        _end = end;
        _text.Append('(').AppendJoin(", ", arguments.Select(static (type, k) => $"{NameOf(type)} p{k}")).Append(")\n    {\n");
        Line($"{_vector} {string.Join(", ", Enumerable.Range(0, registers).Select(static r => $"r{r}"))};");
    }

    public override void Get(int register) => _stack.Push($"r{register}");

    public override void Set(int register)
    {
        string value = _stack.Pop();
        RequireEmpty();
        Line($"r{register} = {value};");
    }

    public override void Load(int pointer, int at) => _stack.Push($"Avx512F.LoadVector512({Place(pointer, at)})");

    public override void Broadcast(int pointer, int at)
    {
        string instructions = typeof(T) == typeof(double) ? "Sse2" : "Sse";
        _stack.Push($"Avx512F.BroadcastScalarToVector512({instructions}.LoadScalarVector128({Place(pointer, at)}))");
    }

    public override void Zero() => _stack.Push($"{_vector}.Zero");

    public override void Store(int pointer, int at, int register)
    {
        RequireEmpty();
        Line($"Avx512F.Store({Place(pointer, at)}, r{register});");
    }

    public override void Multiply() => Call("Multiply", 2);

    public override void Add() => Call("Add", 2);

    public override void Subtract() => Call("Subtract", 2);

    public override void MultiplyAdd() => Call("FusedMultiplyAdd", 3);

    public override void SubtractProduct() => Call("FusedMultiplyAddNegated", 3);

    public override void NegativeSum() => Call("FusedMultiplySubtractNegated", 3);

    public override void Advance(int pointer, int elements)
    {
        RequireEmpty();
        Line($"p{pointer} += {Number(elements)};");
    }

    public override void Advance(int pointer, int bytes, int times)
    {
        RequireEmpty();
        string type = NameOf(typeof(T));
        if (times != 0) Line($"p{pointer} = ({type}*)((byte*)p{pointer} {(times > 0 ? '+' : '-')} {Number(Math.Abs(times))} * p{bytes});");
    }

    public override void Begin()
    {
        RequireEmpty();
        Line("do");
        Line("{");
        _indent += "    ";
    }

    public override void Again(int times)
    {
        RequireEmpty();
        _indent = _indent[..^4];
        Line("}");
        Line($"while (--p{times} != 0);");
    }

    public override TDelegate End<TDelegate>()
    {
        RequireEmpty();
        _text.Append("    }\n");
        _end(NameOf(typeof(TDelegate)), _text.ToString());
        // Nobody calls it here.
        return null!;
    }

    private static string Place(int pointer, int at) => at == 0 ? $"p{pointer}" : $"p{pointer} + {Number(at)}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string NameOf(Type type)
    {
        if (type.IsPointer) return NameOf(type.GetElementType()!) + "*";
        if (type == typeof(double)) return "double";
        if (type == typeof(float)) return "float";
        if (type == typeof(int)) return "int";
        if (type == typeof(nint)) return "nint";
        string name = type.FullName!.Replace('+', '.');
        return type.IsGenericType
            ? $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name;
    }

    private void Call(string method, int operands)
    {
        string[] pushed = Enumerable.Range(0, operands).Select(_ => _stack.Pop()).Reverse().ToArray();
        _stack.Push($"Avx512F.{method}({string.Join(", ", pushed)})");
    }

    private void Line(string line) => _text.Append(_indent).Append(line).Append('\n');

    /// <summary>What is pushed must not change before it is popped.</summary>
    private void RequireEmpty()
    {
        if (_stack.Count > 0) throw new InvalidOperationException($"{_stack.Peek()} would be read too late");
    }
}
