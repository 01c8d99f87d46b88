using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansChat.Gateway.Api;

/// <summary>How a <see cref="Problem"/> is written.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
