namespace OrleansChat.Gateway.Accounts;

/// <summary>An account to be made. The description of the API shows these; the bodies are read by <see cref="AccountBody"/>.</summary>
/// <param name="User">The user's id: 1 to 64 letters, digits, _ - or ., the first a letter or digit.</param>
/// <param name="Password">The password: at most 256 characters, any Unicode.</param>
/// <param name="Name">The display name, at most 64 characters.</param>
internal sealed record Registration(string User, string Password, string? Name);

/// <summary>Who wants to log in.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Password">The password.</param>
internal sealed record Credentials(string User, string Password);

/// <summary>What gives new tokens.</summary>
/// <param name="RefreshToken">The refresh token.</param>
internal sealed record Refreshing(string RefreshToken);

/// <summary>Another password.</summary>
/// <param name="Current">The password until now.</param>
/// <param name="New">The next one.</param>
internal sealed record PasswordChange(string Current, string New);
